/* progress({label}) → {el, set(part 0…1, words)}; without a part it only moves. */
import {h, uid} from './h.js';
import {number} from '../i18n.js';

export function progress({label, value = null}) {
  const id = uid('progress');
  const bar = h('progress', {class: 'progress-bar', max: 1, 'aria-labelledby': id});
  const words = h('small', {id}, label);
  const el = h('div', {class: 'progress'}, bar, words);
  const set = (part, text) => {
    if (part === null || part === undefined) bar.removeAttribute('value');
    else bar.value = Math.max(0, Math.min(1, part));
    words.textContent = text ?? `${label}${part === null || part === undefined ? '' : ` · ${number(part, {style: 'percent'})}`}`;
  };
  set(value);
  return {el, set};
}
