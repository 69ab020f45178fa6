/* icon('check') → drawn from icons/sprite.svg. Hidden from screen readers: a word stands beside it, or the button carries its name. */
import {s} from './h.js';
export const icon = (name, size = '') => s('svg', {class: `icon${size ? ` icon-${size}` : ''}`, 'aria-hidden': 'true', focusable: 'false', viewBox: '0 0 24 24'},
  s('use', {href: `/icons/sprite.svg#${name}`}));
