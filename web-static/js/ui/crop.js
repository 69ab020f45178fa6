/* crop({file}) → the cropped File, or null. Corners are dragged, or moved with the arrow keys. */
import {h} from './h.js';
import {drawn} from './bitmap.js';
import {t} from '../i18n.js';

const LEAST = 0.08;
export async function crop({file, dialog}) {
  const bitmap = await createImageBitmap(file, {imageOrientation: 'from-image'});
  const scale = Math.min(1, 1000 / Math.max(bitmap.width, bitmap.height));
  const canvas = h('canvas', {width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale)});
  canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const box = {l: 0.04, t: 0.04, r: 0.96, b: 0.96};
  const frame = h('div', {class: 'frame'});
  const corners = [['l', 't'], ['r', 't'], ['r', 'b'], ['l', 'b']].map(([x, y]) => corner(x, y));
  const el = h('div', {class: 'cropper'}, canvas, h('div', {class: 'cropper-clip'}, frame), corners);

  function draw() {
    const part = (v) => `${v * 100}%`;
    Object.assign(frame.style, {left: part(box.l), top: part(box.t), width: part(box.r - box.l), height: part(box.b - box.t)});
    corners.forEach((c) => { c.style.left = part(box[c.dataset.x]); c.style.top = part(box[c.dataset.y]); });
  }
  function put(x, y, nx, ny) {
    if (x === 'l') box.l = Math.max(0, Math.min(nx, box.r - LEAST)); else box.r = Math.min(1, Math.max(nx, box.l + LEAST));
    if (y === 't') box.t = Math.max(0, Math.min(ny, box.b - LEAST)); else box.b = Math.min(1, Math.max(ny, box.t + LEAST));
    draw();
  }
  function corner(x, y) {
    const c = h('button', {type: 'button', class: 'corner', 'aria-label': t(`crop.${y}${x}`), dataset: {x, y}});
    c.addEventListener('pointerdown', (e) => { e.preventDefault(); c.setPointerCapture(e.pointerId); c.focus(); });
    c.addEventListener('pointermove', (e) => {
      if (!c.hasPointerCapture(e.pointerId)) return;
      const r = canvas.getBoundingClientRect();
      put(x, y, (e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height);
    });
    c.addEventListener('keydown', (e) => {
      const step = {ArrowLeft: [-0.01, 0], ArrowRight: [0.01, 0], ArrowUp: [0, -0.01], ArrowDown: [0, 0.01]}[e.key];
      if (!step) return;
      e.preventDefault();
      put(x, y, box[x] + step[0], box[y] + step[1]);
    });
    return c;
  }
  draw();
  let made = null;
  await dialog({title: t('crop.title'), wide: true, body: [h('p', {class: 'soft'}, t('crop.text')), el], actions: [
    {label: t('crop.whole')},
    {label: t('crop.done'), kind: 'primary', press: async () => { made = await drawn(file, {box: {x: box.l, y: box.t, w: box.r - box.l, h: box.b - box.t}}); }},
  ]}).result;
  return made;
}
