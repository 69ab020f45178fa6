/* The mark on the bell: how many notices are new. Asked at the start, when the page is shown again, and every five minutes while it is seen. */
import {h, hush} from './h.js';
import {list} from '../api.js';
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
    const got = await list('/notices', {unread: true, limit: 20}, {attempts: 1});
    const n = got.unread ?? got.items.length;
    state.el.replaceChildren(h('span', {'aria-hidden': 'true'}, got.next ? `${n}+` : String(n)), hush(t('shell.unread', {n})));
    state.el.hidden = n === 0;
  } catch { state.el.hidden = true; }
}
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && state.el && countNotices());
