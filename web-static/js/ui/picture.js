/* picture({src(size), alt, pages, ratio}): a preview in the size shown, lazy, with its place kept; while there is none an icon. */
import {h} from './h.js';
import {icon} from './icon.js';
import {url} from '../api.js';

export const previewUrl = (entry, file, size, page = 1) => url(`/entries/${entry}/files/preview`, {path: file.path || file, size, page: page > 1 ? page : undefined});

export function picture({src, alt = '', pages = 0, icon: name = 'file', width = 320, height = 240}) {
  const box = h('span', {class: 'picture'}, icon(name));
  if (src) {
    const img = h('img', {src, alt, loading: 'lazy', decoding: 'async', width, height});
    img.addEventListener('load', () => { img.classList.add('seen'); box.querySelector('.icon')?.remove(); });
    img.addEventListener('error', () => img.remove());
    box.append(img);
  }
  if (pages > 1) box.append(h('span', {class: 'pages'}, icon('files', 's'), pages));
  return box;
}
