/* qr(src, label): a QR drawn by the server (SVG or PNG), on white in both themes so that cameras read it. */
import {h} from './h.js';
export const qr = (src, label) => h('div', {class: 'qr'}, h('img', {src, alt: label, width: 200, height: 200}));
