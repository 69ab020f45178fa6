/* What the browser keeps for one account: drafts of forms and entries still going up. IndexedDB; where there is none (private windows of
 * old browsers) everything works for as long as the page is open. */
const NAME = 'letopis';
const STORES = ['drafts', 'outbox'];
const memory = new Map(STORES.map((s) => [s, new Map()]));
let opened = null;

function open() {
  opened ||= new Promise((resolve) => {
    let request;
    try { request = indexedDB.open(NAME, 1); } catch { resolve(null); return; }
    request.onupgradeneeded = () => STORES.forEach((s) => request.result.createObjectStore(s));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
    request.onblocked = () => resolve(null);
  });
  return opened;
}

async function run(store, mode, work) {
  const db = await open();
  if (!db) return null;
  return new Promise((resolve, reject) => {
    const tx = db.transaction(store, mode);
    const request = work(tx.objectStore(store));
    tx.oncomplete = () => resolve(request?.result);
    tx.onerror = tx.onabort = () => reject(tx.error);
  });
}

export async function put(store, key, value) {
  memory.get(store).set(key, value);
  await run(store, 'readwrite', (s) => s.put(value, key)).catch(() => {});
}
export async function take(store, key) {
  const kept = await run(store, 'readonly', (s) => s.get(key)).catch(() => null);
  return kept ?? memory.get(store).get(key) ?? null;
}
export async function drop(store, key) {
  memory.get(store).delete(key);
  await run(store, 'readwrite', (s) => s.delete(key)).catch(() => {});
}
export async function keys(store) {
  const kept = await run(store, 'readonly', (s) => s.getAllKeys()).catch(() => null);
  return kept?.length ? kept : [...memory.get(store).keys()];
}
export async function everything(store) {
  const kept = await run(store, 'readonly', (s) => s.getAll()).catch(() => null);
  return kept?.length ? kept : [...memory.get(store).values()];
}

const PEOPLE = 'letopis.people';
const FEW = 4;

/* Who signed in here: ids of accounts, no names. */
export function people() {
  try { return JSON.parse(localStorage.getItem(PEOPLE) || '[]').filter((x) => typeof x === 'string'); } catch { return []; }
}
export function noteAccount(session) {
  const known = people();
  if (known.includes(session.account)) return;
  try { localStorage.setItem(PEOPLE, JSON.stringify([...known, session.account].slice(-FEW))); } catch { /* nothing is known of this device */ }
}
