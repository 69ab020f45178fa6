/* A draft kept in the browser: values as they are typed, files apart so that typing does not write them anew.
 * draft(key) → {load() → {values, files, …} or null, values(v), files(list), flush(), drop()}. A write begins at once; while it runs, the newest waits. */
import {drop, put, take} from './store.js';

const same = (key) => `${key}:files`;

function writer(key) {
  const w = {next: null, running: null};
  async function run() {
    while (w.next) {
      const {value} = w.next;
      w.next = null;
      await put('drafts', key, value);
    }
    w.running = null;
  }
  return {write(value) { w.next = {value}; w.running ||= run(); return w.running; }, done: () => w.running, forget() { w.next = null; }};
}

export function draft(key) {
  const values = writer(key);
  const files = writer(same(key));
  return {
    async load() {
      const [v, f] = await Promise.all([take('drafts', key), take('drafts', same(key))]);
      return v || f ? {values: {}, ...v, files: f || []} : null;
    },
    values: (v) => values.write(v),
    files: (list) => files.write(list),
    flush: () => Promise.all([values.done(), files.done()]),
    async drop() {
      values.forget();
      files.forget();
      await Promise.all([values.done(), files.done()]);
      await Promise.all([drop('drafts', key), drop('drafts', same(key))]);
    },
  };
}
