/* Light, dark or as the device; the school's accent. The accent is kept readable: darkened on paper, lightened in the dark, until 4.5:1. */
const KEY = 'letopis.theme';
const media = window.matchMedia('(prefers-color-scheme: dark)');
let accent = null;

export function theme() {
  try { return localStorage.getItem(KEY) || 'auto'; } catch { return 'auto'; }
}
export function setTheme(choice) {
  try { choice === 'auto' ? localStorage.removeItem(KEY) : localStorage.setItem(KEY, choice); } catch { /* for this page only */ }
  apply(choice);
}
function apply(choice) {
  const dark = choice === 'dark' || (choice !== 'light' && media.matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', dark ? '#1b1916' : '#f7f2e8');
  setAccent(accent);
}
media.addEventListener('change', () => theme() === 'auto' && apply('auto'));

const parse = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const show = (rgb) => `#${rgb.map((v) => Math.round(v).toString(16).padStart(2, '0')).join('')}`;
const mix = (a, b, k) => a.map((v, i) => v + (b[i] - v) * k);
function light(rgb) {
  const [r, g, b] = rgb.map((v) => { const c = v / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
export function contrast(a, b) {
  const [x, y] = [light(a), light(b)].sort((m, n) => n - m);
  return (x + 0.05) / (y + 0.05);
}
function readable(rgb, ground, towards, least) {
  let out = rgb;
  for (let k = 0.05; contrast(out, ground) < least && k <= 1; k += 0.05) out = mix(rgb, towards, k);
  return out;
}

const PAPER = {light: [247, 242, 232], dark: [38, 35, 31]};
export function setAccent(value) {
  accent = /^#[0-9a-f]{6}$/i.test(value || '') ? value : null;
  const style = document.documentElement.style;
  const names = ['--accent', '--accent-deep', '--on-accent', '--accent-soft'];
  if (!accent) { names.forEach((n) => style.removeProperty(n)); return; }
  const dark = document.documentElement.dataset.theme === 'dark';
  const ground = dark ? PAPER.dark : PAPER.light;
  const ink = dark ? [255, 255, 255] : [0, 0, 0];
  const soft = mix(ground, parse(accent), dark ? 0.18 : 0.1);
  const main = readable(readable(parse(accent), ground, ink, 4.8), soft, ink, 4.8);
  const on = contrast(main, [255, 255, 255]) >= 4.5 ? [255, 255, 255] : mix(main, [0, 0, 0], 0.85);
  [main, mix(main, ink, 0.18), on, soft].forEach((rgb, i) => style.setProperty(names[i], show(rgb)));
}
