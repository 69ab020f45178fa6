/* The mark on the bell: how many notices are new. Asked at the start, when the page is shown again, and every five minutes while it is seen. */
import {h, hush} from './h.js';
import {get} from '../api.js';
import {t} from '../i18n.js';

const state = {el: null, timer: null};
export function startNotices() {
  state.el = h('span', {class: 'count-mark', hidden: true});
  clearInterval(state.timer);
  state.timer = setInterval(() => document.visibilityState === 'visible' && countNotices(), 300000);
  countNotices();
  return state.el;
}
export async function countNotices() {
  try {
    const {unread: n} = await get('/notices/new', null, {attempts: 1});
    state.el.replaceChildren(h('span', {'aria-hidden': 'true'}, n > 99 ? '99+' : String(n)), hush(t('shell.unread', {n})));
    state.el.hidden = n === 0;
  } catch { state.el.hidden = true; }
}
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && state.el && countNotices());
