/* viewer({pages: [{src: (size) => address, alt, download, name}], none}) → {el, show(i), key(e)}: wheel, pinch and + − zoom; drag or arrows move;
 * R turns, [ and ] or PageUp and PageDown change the page, 0 fits again. `key` lets a page pass keys from elsewhere. */
import {h, add} from './h.js';
import {icon} from './icon.js';
import {button} from './button.js';
import {announce} from './toast.js';
import {t} from '../i18n.js';

const MOST = 8;
export function viewer({pages, none, onpage}) {
  const now = {at: 0, zoom: 1, x: 0, y: 0, turn: 0, fit: 1};
  const img = h('img', {alt: '', draggable: 'false'});
  const stage = h('div', {class: 'viewer-stage', tabindex: '0', role: 'group', 'aria-label': t('viewer.stage')}, img);
  const where = h('span', {class: 'pages number', 'aria-live': 'polite'});
  const save = h('a', {class: 'button button-icon', download: '', 'aria-label': t('ui.download'), title: t('ui.download')}, icon('download'));
  const tool = (label, name, press) => button({label, icon: name, only: true, onclick: press});
  const before = tool(t('viewer.before'), 'chevron-left', () => show(now.at - 1));
  const after = tool(t('viewer.after'), 'chevron-right', () => show(now.at + 1));
  const bar = h('div', {class: 'viewer-bar'}, before, where, after, tool(t('viewer.less'), 'minus', () => zoomBy(1 / 1.4)), tool(t('viewer.more'), 'plus', () => zoomBy(1.4)),
    tool(t('viewer.turn'), 'turn', turn), tool(t('viewer.fit'), 'fit', fit), save);
  const el = h('div', {class: 'viewer'}, stage, bar);

  function place() {
    const side = now.turn % 180;
    const w = img.naturalWidth || 1;
    const tall = img.naturalHeight || 1;
    now.fit = Math.min(stage.clientWidth / (side ? tall : w), stage.clientHeight / (side ? w : tall));
    const scale = now.fit * now.zoom;
    const rangeX = Math.max(0, ((side ? tall : w) * scale - stage.clientWidth) / 2);
    const rangeY = Math.max(0, ((side ? w : tall) * scale - stage.clientHeight) / 2);
    now.x = Math.max(-rangeX, Math.min(rangeX, now.x));
    now.y = Math.max(-rangeY, Math.min(rangeY, now.y));
    img.style.transform = `translate(-50%, -50%) translate(${now.x}px, ${now.y}px) rotate(${now.turn}deg) scale(${scale})`;
    stage.dataset.zoom = now.zoom.toFixed(2);
    sharpen(scale * w);
  }
  /* A sharper preview once the small one is stretched. */
  function sharpen(wide) {
    const page = pages[now.at];
    if (!page || now.size >= 1600 || wide <= now.size * 1.1) return;
    now.size = 1600;
    const better = new Image();
    const at = now.at;
    better.onload = () => { if (at === now.at) img.src = better.src; };
    better.src = page.src(1600);
  }
  function zoomBy(k, cx = 0, cy = 0) {
    const next = Math.max(1, Math.min(MOST, now.zoom * k));
    const real = next / now.zoom;
    now.x = cx - (cx - now.x) * real;
    now.y = cy - (cy - now.y) * real;
    now.zoom = next;
    place();
  }
  function fit() { Object.assign(now, {zoom: 1, x: 0, y: 0}); place(); }
  function turn() { now.turn = (now.turn + 90) % 360; fit(); announce(t('viewer.turned', {n: now.turn})); }
  function show(i) {
    if (!pages.length || i < 0 || i >= pages.length) return;
    Object.assign(now, {at: i, zoom: 1, x: 0, y: 0, turn: 0, size: 800});
    stage.replaceChildren(img);
    img.alt = pages[i].alt || '';
    img.src = pages[i].src(800);
    where.textContent = pages.length > 1 ? t('viewer.page', {at: i + 1, of: pages.length}) : '';
    before.hidden = after.hidden = pages.length < 2;
    before.disabled = i === 0;
    after.disabled = i === pages.length - 1;
    save.hidden = !pages[i].download;
    if (pages[i].download) { save.href = pages[i].download; }
    if (pages[i + 1]) new Image().src = pages[i + 1].src(800);
    onpage?.(i);
  }
  img.addEventListener('load', place);
  img.addEventListener('error', () => stage.replaceChildren(h('div', {class: 'viewer-none'}, icon('file'), h('p', {}, pages[now.at]?.name || '', ' '), h('p', {}, t('viewer.no_preview')))));
  new ResizeObserver(place).observe(stage);

  stage.addEventListener('wheel', (e) => {
    e.preventDefault();
    const r = stage.getBoundingClientRect();
    zoomBy(Math.exp(-e.deltaY / 400), e.clientX - r.left - r.width / 2, e.clientY - r.top - r.height / 2);
  }, {passive: false});
  drags(stage, now, place, zoomBy);
  stage.addEventListener('dblclick', () => (now.zoom > 1 ? fit() : zoomBy(2.5)));

  const KEYS = {'+': () => zoomBy(1.4), '=': () => zoomBy(1.4), '-': () => zoomBy(1 / 1.4), 0: fit, '[': () => show(now.at - 1), ']': () => show(now.at + 1),
    PageUp: () => show(now.at - 1), PageDown: () => show(now.at + 1), ArrowLeft: () => { now.x += 60; place(); }, ArrowRight: () => { now.x -= 60; place(); },
    ArrowUp: () => { now.y += 60; place(); }, ArrowDown: () => { now.y -= 60; place(); }};
  function key(e) {
    const f = e.code === 'KeyR' && !e.ctrlKey && !e.metaKey ? turn : KEYS[e.key];
    if (!f || e.ctrlKey || e.metaKey || e.altKey) return false;
    e.preventDefault();
    f();
    return true;
  }
  stage.addEventListener('keydown', key);
  if (pages.length) show(0);
  else { stage.replaceChildren(add(h('div', {class: 'viewer-none'}, icon('file')), [none || t('viewer.none')])); bar.hidden = true; }
  return {el, show, key, turn, zoom: zoomBy, fit, next: () => show(now.at + 1), previous: () => show(now.at - 1), at: () => now.at};
}

function drags(stage, now, place, zoomBy) {
  const fingers = new Map();
  let span = 0;
  stage.addEventListener('pointerdown', (e) => { stage.setPointerCapture(e.pointerId); fingers.set(e.pointerId, e); span = 0; });
  const lift = (e) => { fingers.delete(e.pointerId); span = 0; };
  stage.addEventListener('pointerup', lift);
  stage.addEventListener('pointercancel', lift);
  stage.addEventListener('pointermove', (e) => {
    const last = fingers.get(e.pointerId);
    if (!last) return;
    fingers.set(e.pointerId, e);
    if (fingers.size === 1) {
      now.x += e.clientX - last.clientX;
      now.y += e.clientY - last.clientY;
      place();
    } else if (fingers.size === 2) {
      const [a, b] = [...fingers.values()];
      const wide = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
      const r = stage.getBoundingClientRect();
      if (span) zoomBy(wide / span, (a.clientX + b.clientX) / 2 - r.left - r.width / 2, (a.clientY + b.clientY) / 2 - r.top - r.height / 2);
      span = wide;
    }
  });
}
