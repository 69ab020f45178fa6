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
const show = (c) => `#${c.map((v) => Math.round(v).toString(16).padStart(2, '0')).join('')}`;
function light(c3) {
  const [r, g, b] = c3.map((v) => { const c = v / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
export function contrast(a, b) {
  const [x, y] = [light(a), light(b)].sort((m, n) => n - m);
  return (x + 0.05) / (y + 0.05);
}
function hsl([r, g, b]) {
  const [x, y, z] = [r / 255, g / 255, b / 255];
  const most = Math.max(x, y, z);
  const least = Math.min(x, y, z);
  const d = most - least;
  const l = (most + least) / 2;
  if (!d) return [0, 0, l];
  const hue = most === x ? ((y - z) / d + 6) % 6 : most === y ? (z - x) / d + 2 : (x - y) / d + 4;
  return [hue * 60, d / (1 - Math.abs(2 * l - 1)), l];
}
function rgb([hue, s, l]) {
  const f = (n) => { const k = (n + hue / 30) % 12; return 255 * (l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1))); };
  return [f(0), f(8), f(4)];
}
/* The lightness nearest to the wanted one that can be read on every ground. */
function readable([hue, s, l], grounds, dark, least) {
  let at = l;
  for (let i = 0; i < 100 && grounds.some((g) => contrast(rgb([hue, s, at]), g) < least); i++) at = Math.max(0, Math.min(1, at + (dark ? 0.01 : -0.01)));
  return rgb([hue, s, at]);
}

const GROUNDS = {light: [[247, 242, 232], [255, 253, 248]], dark: [[27, 25, 22], [38, 35, 31]]};
export function setAccent(value) {
  accent = /^#[0-9a-f]{6}$/i.test(value || '') ? value : null;
  const style = document.documentElement.style;
  const names = ['--accent', '--accent-deep', '--on-accent', '--accent-soft'];
  if (!accent) { names.forEach((n) => style.removeProperty(n)); return; }
  const dark = document.documentElement.dataset.theme === 'dark';
  const strong = window.matchMedia('(prefers-contrast: more)').matches;
  const [hue, s, l] = hsl(parse(accent));
  const grey = s < 0.08;
  const soft = rgb([hue, grey ? s : dark ? 0.28 : 0.42, dark ? 0.19 : 0.91]);
  const grounds = [...GROUNDS[dark ? 'dark' : 'light'], soft];
  const main = readable([hue, grey ? s : dark ? Math.min(0.55, Math.max(s, 0.42)) : s, dark ? Math.max(l, 0.6) : l], grounds, dark, strong ? 7 : 4.8);
  const [mh, ms, ml] = hsl(main);
  const deep = rgb([mh, ms, Math.max(0, Math.min(1, ml + (dark ? 0.08 : -0.07)))]);
  const on = contrast(main, [255, 255, 255]) >= 4.6 ? [255, 255, 255] : rgb([hue, grey ? s : 0.4, 0.08]);
  [main, deep, on, soft].forEach((c, i) => style.setProperty(names[i], show(c)));
}
