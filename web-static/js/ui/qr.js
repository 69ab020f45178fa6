/* qr({size, path}, label): squares as the server counted them (POST /shares/qr {url}), drawn as SVG on white in both themes so that cameras read it. */
import {h, s} from './h.js';
export const qr = ({size, path}, label) => h('div', {class: 'qr'}, s('svg', {viewBox: `0 0 ${size} ${size}`, width: 200, height: 200, role: 'img', 'aria-label': label, 'shape-rendering': 'crispEdges'}, s('path', {d: path})));
