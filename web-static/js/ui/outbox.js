/* Entries on their way up: kept in the browser until the server has them, sent one after another in the background, resumed after a lost
 * connection, a closed page or a new sign-in. The id of an item is its Idempotency-Key, so that no repetition makes a second entry.
 *   enqueue({pupil, values, files}) → item · outbox(pupil) → items · watch(f, signal) · retry(id) · remove(id)
 * An item: {id, pupil, values, files, part: 0…1, state: 'waiting' | 'going' | 'failed', error} */
import {newKey, sendFiles} from '../api.js';
import {drop, everything, put, take} from './store.js';
import {says} from './toast.js';

const TUS_FROM = 1024 * 1024; /* a phone in a corridor: whatever is not small goes up in pieces */
const state = {account: null, items: [], running: null, watchers: new Set(), stop: null};

export async function startOutbox(session) {
  if (state.account === session.account) return;
  stopOutbox();
  state.account = session.account;
  const kept = (await everything('outbox')).filter((x) => x.account === session.account);
  state.items = kept.sort((a, b) => a.created - b.created).map((x) => ({...x, state: 'waiting', part: 0, error: null}));
  tell();
  pump();
}
export function stopOutbox() {
  state.stop?.abort();
  Object.assign(state, {account: null, items: [], running: null, stop: null});
}

export const outbox = (pupil) => state.items.filter((x) => !pupil || x.pupil === pupil);
export function watch(f, signal) {
  state.watchers.add(f);
  signal?.addEventListener('abort', () => state.watchers.delete(f));
}
const tell = (event = null) => state.watchers.forEach((f) => f(event));

export async function enqueue({pupil, values, files = []}) {
  const item = {id: newKey(), account: state.account, pupil, values, files, known: {}, created: Date.now(), state: 'waiting', part: 0, error: null};
  state.items.push(item);
  await keep(item);
  tell();
  pump();
  return item;
}
export function retry(id) {
  const item = state.items.find((x) => x.id === id);
  if (!item) return;
  Object.assign(item, {state: 'waiting', error: null});
  tell();
  pump();
}
export async function remove(id) {
  const item = state.items.find((x) => x.id === id);
  if (state.running === item) state.stop?.abort();
  state.items = state.items.filter((x) => x.id !== id);
  await drop('outbox', id);
  tell();
  return item;
}
const keep = ({part, state: s, error, ...item}) => put('outbox', item.id, item);

/* One page of the browser sends at a time; what another one has sent meanwhile is no longer kept. */
const alone = (work) => (navigator.locks ? navigator.locks.request('letopis-outbox', work) : work());

async function pump() {
  if (state.running) return;
  const item = state.items.find((x) => x.state === 'waiting');
  if (!item) return;
  state.running = item;
  state.stop = new AbortController();
  const {account} = state;
  await alone(() => one(item));
  if (state.account === account) pump();
}

async function one(item) {
  if (!(await take('outbox', item.id))) {
    state.items = state.items.filter((x) => x !== item);
    state.running = null;
    tell({done: item, entry: null});
    return;
  }
  Object.assign(item, {state: 'going', part: 0});
  tell();
  try {
    const entry = await sendFiles('POST', '/entries', item.values, item.files.length ? {file: item.files} : {}, {
      key: item.id, signal: state.stop.signal, tusFrom: TUS_FROM, known: item.known, attempts: 40,
      onId: (slot, id) => { item.known[slot] = id; keep(item); },
      progress: (n, total) => { item.part = total ? n / total : 1; tell({progress: item}); }});
    state.items = state.items.filter((x) => x !== item);
    await drop('outbox', item.id);
    state.running = null;
    tell({done: item, entry});
  } catch (error) {
    state.running = null;
    if (error.name !== 'AbortError') {
      Object.assign(item, {state: 'failed', error: says(error), code: error.code});
      tell({failed: item});
    }
  }
}
window.addEventListener('online', () => state.items.filter((x) => x.state === 'failed' && x.code === 'net.unreachable').forEach((x) => retry(x.id)));
