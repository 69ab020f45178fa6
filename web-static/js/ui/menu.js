/* menu({label, icon, items: [{label, icon, press | href, current} | 'line' | {note}]}): a button that opens a list; arrows, Home, End, Escape. */
import {h, uid} from './h.js';
import {icon} from './icon.js';
import {button} from './button.js';

export function menu({label, icon: name = 'more', items, only = true, kind = '', badge, onopen}) {
  const id = uid('menu');
  const box = h('div', {class: 'menu-list', id, role: 'menu', 'aria-label': label, hidden: true});
  const opener = button({label, icon: name, only, kind, after: badge, 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-controls': id, onclick: () => toggle(box.hidden)});
  const el = h('div', {class: 'menu'}, opener, box);
  const stops = () => [...box.querySelectorAll('.menu-item')];

  function toggle(open) {
    if (open) { draw(); onopen?.(); }
    box.hidden = !open;
    opener.setAttribute('aria-expanded', String(open));
    if (open) { document.addEventListener('pointerdown', outside); stops()[0]?.focus(); } else document.removeEventListener('pointerdown', outside);
  }
  const outside = (e) => { if (!el.contains(e.target)) toggle(false); };
  function draw() {
    box.replaceChildren(...(typeof items === 'function' ? items() : items).filter(Boolean).map((i) => {
      if (i === 'line') return h('hr', {role: 'separator'});
      if (i.note) return h('div', {class: 'menu-note', role: 'presentation'}, i.note);
      const inside = [i.icon ? icon(i.icon) : null, h('span', {class: 'grow'}, i.label), i.checked && icon('check')];
      const choose = () => { toggle(false); if (!i.href) opener.focus(); i.press?.(); };
      const role = i.checked === undefined ? 'menuitem' : 'menuitemradio';
      return i.href ? h('a', {class: 'menu-item', role, href: i.href, download: i.download, tabindex: '-1', onclick: choose}, inside)
        : h('button', {class: 'menu-item', role, type: 'button', tabindex: '-1', 'aria-checked': i.checked === undefined ? null : String(i.checked), onclick: choose}, inside);
    }));
  }
  el.addEventListener('keydown', (e) => {
    if (box.hidden) return;
    const all = stops();
    const at = all.indexOf(document.activeElement);
    const to = {ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1}[e.key];
    if (to !== undefined) { e.preventDefault(); all[to].focus(); }
    if (e.key === 'Escape') { e.stopPropagation(); toggle(false); opener.focus(); }
    if (e.key === 'Tab') toggle(false);
  });
  return el;
}
