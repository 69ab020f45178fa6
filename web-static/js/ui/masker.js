/* masker({src, alt, areas, onchange}) → {el, areas()}: places on a picture that will be painted over. areas: [{x, y, w, h}] in ten-thousandths of
 * the picture, as the server counts them. A press or a drag on the picture makes one; a focused one is moved with the arrows, its size
 * changed with Shift and the arrows, removed with Delete; the same as numbers, in per cent, stands beneath. */
import {h} from './h.js';
import {button} from './button.js';
import {announce} from './toast.js';
import {number, t} from '../i18n.js';

const UNIT = 10000;
const LEAST = 60;
const USUAL = {w: 3000, h: 500};
export const MOST = 60;
const SIDES = ['x', 'y', 'w', 'h'];
const clamp = (v, low, high) => Math.max(low, Math.min(high, Math.round(v)));

/* Inside the picture, and not too small to be seen. */
function fit(a) {
  a.w = clamp(a.w, LEAST, UNIT);
  a.h = clamp(a.h, LEAST, UNIT);
  a.x = clamp(a.x, 0, UNIT - a.w);
  a.y = clamp(a.y, 0, UNIT - a.h);
  return a;
}
const grow = (a, w, tall) => Object.assign(a, {w: clamp(w, LEAST, UNIT - a.x), h: clamp(tall, LEAST, UNIT - a.y)});

export function masker({src, alt, areas = [], onchange = () => {}}) {
  const list = areas.map((area) => ({area: {...area}}));
  const img = h('img', {src, alt, draggable: 'false'});
  const layer = h('div', {class: 'masker-layer'});
  const stage = h('div', {class: 'masker', role: 'group', 'aria-label': t('mask.stage')}, img, layer);
  const rows = h('ol', {class: 'masker-rows'});
  const more = button({label: t('mask.add'), icon: 'plus', onclick: () => put({x: (UNIT - USUAL.w) / 2, y: (UNIT - USUAL.h) / 2, ...USUAL})});
  const el = h('div', {class: 'stack'}, stage, h('p', {class: 'small soft'}, t('mask.keys')), h('div', {class: 'row'}, more), rows);

  /* The place of a pointer on the picture. */
  const point = (e) => {
    const r = layer.getBoundingClientRect();
    return {x: (e.clientX - r.left) / r.width * UNIT, y: (e.clientY - r.top) / r.height * UNIT};
  };
  const part = (v) => `${v / 100}%`;
  const percent = (v) => number(v / 100);
  const words = (a, n) => t('mask.box', {n, x: percent(a.x), y: percent(a.y), w: percent(a.w), h: percent(a.h)});

  function show(item) {
    const n = list.indexOf(item) + 1;
    const a = item.area;
    Object.assign(item.box.style, {left: part(a.x), top: part(a.y), width: part(a.w), height: part(a.h)});
    item.box.setAttribute('aria-label', words(a, n));
    item.box.firstChild.textContent = String(n);
    item.legend.textContent = t('mask.place', {n});
    item.away.setAttribute('aria-label', t('mask.remove', {n}));
    for (const side of SIDES) if (document.activeElement !== item.inputs[side]) item.inputs[side].value = String(a[side] / 100);
  }
  function changed(item, quiet) {
    show(item);
    onchange();
    if (!quiet) announce(words(item.area, list.indexOf(item) + 1));
  }

  function put(area, focus = true) {
    if (list.length >= MOST) { announce(t('mask.most', {n: MOST})); return null; }
    const item = {area: fit({...area})};
    list.push(item);
    draw(item);
    changed(item, true);
    if (focus) item.box.focus();
    return item;
  }
  function remove(item) {
    const at = list.indexOf(item);
    list.splice(at, 1);
    item.box.remove();
    item.row.remove();
    list.forEach(show);
    onchange();
    announce(t('mask.removed'));
    (list[Math.min(at, list.length - 1)]?.box || more).focus();
  }

  function draw(item) {
    item.box = h('button', {type: 'button', class: 'masker-box'}, h('span', {class: 'masker-number', 'aria-hidden': 'true'}), h('span', {class: 'masker-handle'}));
    drag(item);
    item.box.addEventListener('keydown', (e) => keys(item, e));
    layer.append(item.box);
    item.inputs = {};
    for (const side of SIDES) {
      const least = side === 'w' || side === 'h' ? LEAST / 100 : 0;
      const input = h('input', {class: 'input', type: 'number', min: least, max: 100, step: 0.1, inputmode: 'decimal'});
      input.addEventListener('input', () => {
        const v = Number(input.value);
        if (input.value === '' || !Number.isFinite(v)) return;
        fit(Object.assign(item.area, {[side]: Math.round(v * 100)}));
        changed(item, true);
      });
      input.addEventListener('blur', () => show(item));
      item.inputs[side] = input;
    }
    item.legend = h('legend', {});
    item.away = button({label: t('mask.remove', {n: ''}), icon: 'trash', only: true, onclick: () => remove(item)});
    item.row = h('li', {}, h('fieldset', {class: 'masker-row'}, item.legend, SIDES.map((side) => h('label', {class: 'small'}, t(`mask.${side}`), item.inputs[side])), item.away));
    rows.append(item.row);
  }

  function drag(item) {
    let from = null;
    item.box.addEventListener('pointerdown', (e) => {
      if (e.button) return;
      e.preventDefault();
      e.stopPropagation();
      item.box.setPointerCapture(e.pointerId);
      item.box.focus();
      from = {...point(e), area: {...item.area}, size: e.target.classList.contains('masker-handle')};
    });
    item.box.addEventListener('pointermove', (e) => {
      if (!from) return;
      const now = point(e);
      const [dx, dy] = [now.x - from.x, now.y - from.y];
      if (from.size) grow(item.area, from.area.w + dx, from.area.h + dy);
      else fit(Object.assign(item.area, {x: from.area.x + dx, y: from.area.y + dy}));
      changed(item, true);
    });
    for (const end of ['pointerup', 'pointercancel']) item.box.addEventListener(end, () => { from = null; });
    item.box.addEventListener('click', (e) => e.stopPropagation());
  }

  function keys(item, e) {
    const step = {ArrowLeft: [-100, 0], ArrowRight: [100, 0], ArrowUp: [0, -100], ArrowDown: [0, 100]}[e.key];
    if (e.key === 'Delete' || e.key === 'Backspace') { e.preventDefault(); remove(item); return; }
    if (!step) return;
    e.preventDefault();
    if (e.shiftKey) grow(item.area, item.area.w + step[0], item.area.h + step[1]);
    else fit(Object.assign(item.area, {x: item.area.x + step[0], y: item.area.y + step[1]}));
    changed(item);
  }

  /* A mouse or a pen draws; a finger, which must be able to move the page, makes one where it touches. */
  let pen = null;
  layer.addEventListener('pointerdown', (e) => {
    if (e.button || e.pointerType === 'touch') return;
    e.preventDefault();
    layer.setPointerCapture(e.pointerId);
    pen = {...point(e), item: null};
  });
  layer.addEventListener('pointermove', (e) => {
    if (!pen) return;
    const now = point(e);
    const [w, tall] = [Math.abs(now.x - pen.x), Math.abs(now.y - pen.y)];
    if (!pen.item && w < LEAST && tall < LEAST) return;
    const area = {x: Math.max(0, Math.min(now.x, pen.x)), y: Math.max(0, Math.min(now.y, pen.y)), w, h: tall};
    if (!pen.item) pen.item = put(area, false);
    if (!pen.item) { pen = null; return; }
    fit(Object.assign(pen.item.area, {...area, w: Math.min(w, UNIT - area.x), h: Math.min(tall, UNIT - area.y)}));
    changed(pen.item, true);
  });
  layer.addEventListener('pointerup', () => {
    if (!pen) return;
    if (pen.item) pen.item.box.focus();
    else place(pen);
    pen = null;
  });
  layer.addEventListener('pointercancel', () => { pen = null; });
  layer.addEventListener('click', (e) => { if (e.pointerType === 'touch') place(point(e)); });
  const place = (p) => put({x: p.x - USUAL.w / 2, y: p.y - USUAL.h / 2, ...USUAL});

  list.forEach((item) => { draw(item); show(item); });
  return {el, areas: () => list.map((item) => ({...item.area}))};
}
