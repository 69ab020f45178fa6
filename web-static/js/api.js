/* Everything that goes over the network. See docs/web.md.
 *
 *   await get('/entries/ID')                         one object
 *   await list('/entries', {pupil, limit: 50})       {items, next}
 *   await all('/classes', {})                        every item, page after page (at most 2000)
 *   await send('POST', '/entries/ID/submit', {}, {revision: 3})
 *   await sendFiles('POST', '/entries', values, {file: [blob, …]}, {progress: (part) => …})
 *   url('/entries/ID/files/preview', {path, size: 320})   address of a picture or a download
 *
 * A call that could not reach the server is repeated with the same Idempotency-Key, so nothing happens twice. When the session ended,
 * the person signs in again over the page (onSessionEnd) and the call goes on. Refusals are thrown as ApiError. */
import {lang, wordsFrom} from './i18n.js';

const BASE = '/api/v1';
const ATTEMPTS = 6;
export const TUS_FROM = 5 * 1024 * 1024;
const CHUNK = 1024 * 1024;

export class ApiError extends Error {
  constructor(status, problem = {}) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = problem.code || (status ? `http.${status}` : 'net.unreachable');
    this.field = problem.field || null;
    this.params = problem.params || {};
    this.details = problem.details || null;
    this.request = problem.instance || null;
  }
}

const hooks = {csrf: null, sessionEnd: null, mustChange: null, line: () => {}};
export const setCsrf = (value) => { hooks.csrf = value; };
export const onSessionEnd = (f) => { hooks.sessionEnd = f; };
export const onMustChange = (f) => { hooks.mustChange = f; };
/* f(true) when calls go through, f(false) while they do not and are being repeated */
export const onLine = (f) => { hooks.line = f; };

export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 15) | 64;
  b[8] = (b[8] & 63) | 128;
  const hex = [...b].map((x) => x.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function url(path, query) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query || {})) {
    if (value === undefined || value === null || value === '' || value === false) continue;
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, one);
  }
  const tail = params.toString();
  return BASE + path + (tail ? `?${tail}` : '');
}

/* --- waiting --- */

const stopped = () => new DOMException('stopped', 'AbortError');

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(stopped());
    const done = () => { clearTimeout(timer); window.removeEventListener('online', done); signal?.removeEventListener('abort', stop); resolve(); };
    const stop = () => { clearTimeout(timer); window.removeEventListener('online', done); reject(stopped()); };
    const timer = setTimeout(done, ms);
    window.addEventListener('online', done);
    signal?.addEventListener('abort', stop);
    return undefined;
  });
}
const backoff = (attempt) => Math.min(15000, 400 * 2 ** attempt) * (0.75 + Math.random() / 2);

/* --- one exchange --- */

async function problemOf(response) {
  let problem = {};
  try { problem = await response.json(); } catch { problem = {}; }
  return new ApiError(response.status, problem);
}

function headersFor(write, options) {
  const headers = {'Accept-Language': lang(), Accept: 'application/json'};
  if (write) {
    if (hooks.csrf) headers['X-Letopis-CSRF'] = hooks.csrf;
    if (options.key) headers['Idempotency-Key'] = options.key;
  }
  if (options.revision != null) headers['If-Match'] = `"${options.revision}"`;
  return headers;
}

/* Runs `once` until it gives an answer: connection lost → again after a pause; session ended → sign in, then again. */
async function persist(once, options) {
  for (let attempt = 0, signedIn = 0; ; attempt++) {
    let response = null;
    try {
      response = await once();
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      hooks.line(false);
      if (attempt + 1 >= (options.attempts ?? ATTEMPTS)) throw new ApiError(0);
      await pause(backoff(attempt), options.signal);
      continue;
    }
    hooks.line(true);
    if (response.ok) return response;
    const wait = Number(response.headers.get('Retry-After')) || 0;
    if (response.status === 503 && attempt + 1 < (options.attempts ?? ATTEMPTS) && wait <= 30) {
      await pause(Math.max(wait * 1000, backoff(attempt)), options.signal);
      continue;
    }
    const error = await problemOf(response);
    error.retryAfter = wait;
    if (error.status === 401 && hooks.sessionEnd && !options.anonymous && signedIn++ < 3) {
      await hooks.sessionEnd(error);
      continue;
    }
    if (error.status === 428 && hooks.mustChange && !options.anonymous) hooks.mustChange(error);
    throw error;
  }
}

async function read(response) {
  if (response.status === 204) return null;
  const type = response.headers.get('Content-Type') || '';
  return type.includes('json') ? response.json() : response.text();
}

/* --- reading --- */

export async function get(path, query, options = {}) {
  const response = await persist(() => fetch(url(path, query), {headers: headersFor(false, options), signal: options.signal,
    credentials: 'same-origin', cache: options.cache || 'no-cache'}), options);
  const body = await read(response);
  const revision = response.headers.get('ETag')?.match(/"(\d+)"/)?.[1];
  if (revision && body && typeof body === 'object' && body.revision === undefined) body.revision = Number(revision);
  return body;
}

export async function list(path, query, options = {}) {
  const body = await get(path, query, options);
  return {...body, items: body?.items || [], next: body?.next || null};
}

export async function all(path, query, options = {}) {
  const items = [];
  let cursor = null;
  do {
    const page = await list(path, {limit: 200, ...query, cursor}, options);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor && items.length < 2000);
  return items;
}

/* Headers of an answer, without its body. */
export async function head(path, query, options = {}) {
  const response = await persist(() => fetch(url(path, query), {method: 'HEAD', headers: headersFor(false, options), signal: options.signal, credentials: 'same-origin'}), options);
  return response.headers;
}

/* --- writing --- */

export async function send(method, path, values, options = {}) {
  const settled = {key: newKey(), ...options};
  const inQuery = method === 'DELETE';
  const response = await persist(() => fetch(url(path, inQuery ? values : null), {
    method,
    headers: {...headersFor(true, settled), ...(inQuery ? {} : {'Content-Type': 'application/json'})},
    body: inQuery ? undefined : JSON.stringify(values || {}),
    signal: settled.signal, credentials: 'same-origin', cache: 'no-store'}), settled);
  return read(response);
}

/* A file as the answer of a write: {blob, name}. Reads are ordinary links (url()). */
export async function bytes(method, path, values, options = {}) {
  const response = await persist(() => fetch(url(path), {method, headers: {...headersFor(true, options), Accept: '*/*', 'Content-Type': 'application/json'},
    body: JSON.stringify(values || {}), signal: options.signal, credentials: 'same-origin', cache: 'no-store'}), options);
  const said = response.headers.get('Content-Disposition') || '';
  const coded = said.match(/filename\*=UTF-8''([^;]+)/i)?.[1];
  return {blob: await response.blob(), name: coded ? decodeURIComponent(coded) : said.match(/filename="([^"]+)"/)?.[1] || 'file'};
}

/* Bytes that are asked for with a body (a key that must not stand in an address), as an address for `src`. */
export async function bytesUrl(path, values, options = {}) {
  const response = await persist(() => fetch(url(path), {method: 'POST', headers: {...headersFor(true, {}), 'Content-Type': 'application/json'}, body: JSON.stringify(values), signal: options.signal,
    credentials: 'same-origin', cache: 'no-store'}), {anonymous: true, ...options});
  return URL.createObjectURL(await response.blob());
}

/* A body whose way up can be watched. Gives an object that looks like a Response. */
function push(method, address, headers, body, options) {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest();
    const stop = () => { x.abort(); reject(stopped()); };
    if (options.signal?.aborted) return reject(stopped());
    x.open(method, address);
    for (const [name, value] of Object.entries(headers)) x.setRequestHeader(name, value);
    x.upload.onprogress = (e) => options.progress?.(e.loaded);
    x.onload = () => {
      options.signal?.removeEventListener('abort', stop);
      resolve({status: x.status, ok: x.status >= 200 && x.status < 300, headers: {get: (name) => x.getResponseHeader(name)},
        json: async () => JSON.parse(x.responseText), text: async () => x.responseText});
    };
    x.onerror = () => reject(new TypeError('network'));
    x.onabort = () => reject(stopped());
    x.ontimeout = x.onerror;
    options.signal?.addEventListener('abort', stop);
    x.send(body);
    return undefined;
  });
}

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const TUS = {'Tus-Resumable': '1.0.0'};
const idOf = (location) => location.replace(/\/+$/, '').split('/').pop();

/* tus 1.0. `known` is the id of an upload begun earlier; onId(id) is told a new one, to be kept until the file is used. */
export async function upload(file, options = {}) {
  let id = options.known || null;
  let offset = id ? await offsetOf(id, options) : null;
  if (offset === null) {
    const made = await persist(() => fetch(url('/uploads'), {method: 'POST', signal: options.signal, credentials: 'same-origin',
      headers: {...headersFor(true, {}), ...TUS, 'Upload-Length': String(file.size),
        'Upload-Metadata': `filename ${base64(file.name || 'file')}`}}), options);
    id = idOf(made.headers.get('Location') || '');
    offset = 0;
    options.onId?.(id);
  }
  options.progress?.(offset);
  for (let lost = 0; offset < file.size;) {
    const from = offset;
    try {
      const response = await persist(() => push('PATCH', url(`/uploads/${id}`), {...headersFor(true, {}), ...TUS,
        'Upload-Offset': String(from), 'Content-Type': 'application/offset+octet-stream'}, file.slice(from, from + CHUNK),
      {...options, progress: (n) => options.progress?.(Math.min(file.size, from + n))}), {...options, attempts: 1});
      offset = Number(response.headers.get('Upload-Offset'));
      lost = 0;
    } catch (error) {
      if (error.name === 'AbortError' || (error.status && error.status !== 409 && error.status !== 503 && error.status !== 423)) throw error;
      if (++lost > (options.attempts ?? 12)) throw error;
      await pause(backoff(lost), options.signal);
      const now = await offsetOf(id, options);
      if (now === null) throw error;
      offset = now;
      options.progress?.(offset);
    }
  }
  return {upload: id};
}

/* How far an upload came; null when it is no longer there. */
async function offsetOf(id, options) {
  try {
    const response = await persist(() => fetch(url(`/uploads/${id}`), {method: 'HEAD', headers: {...headersFor(true, {}), ...TUS},
      signal: options.signal, credentials: 'same-origin', cache: 'no-store'}), {attempts: 12, ...options});
    return Number(response.headers.get('Upload-Offset'));
  } catch (error) {
    if (error.status === 404 || error.status === 410 || error.status === 403) return null;
    throw error;
  }
}

/* files: {field: [File…]}. Small ones go in one request; above `tusFrom` bytes together each goes up resumably first.
 * options: key, revision, signal, progress(bytes so far, bytes of all), known: {"field:0": upload id}, onId(slot, id) */
export async function sendFiles(method, path, values, files, options = {}) {
  const settled = {key: newKey(), ...options};
  const flat = Object.entries(files).flatMap(([field, group]) => group.map((file, i) => ({field, file, slot: `${field}:${i}`})));
  const total = flat.reduce((sum, f) => sum + f.file.size, 0);
  const report = (n) => options.progress?.(Math.min(n, total), total);
  if (!flat.length) return send(method, path, values, settled);
  if (total <= (options.tusFrom ?? TUS_FROM)) {
    const response = await persist(() => {
      const form = new FormData();
      form.append('values', new Blob([JSON.stringify(values)], {type: 'application/json'}));
      for (const f of flat) form.append(f.field, f.file, f.file.name);
      return push(method, url(path), headersFor(true, settled), form, {...settled, progress: report});
    }, settled);
    return read(response);
  }
  let before = 0;
  const whole = {...values};
  for (const f of flat) {
    const done = await upload(f.file, {...settled, known: options.known?.[f.slot], onId: (id) => options.onId?.(f.slot, id),
      progress: (n) => report(before + n)});
    before += f.file.size;
    whole[f.field] = [...(whole[f.field] || []), done];
  }
  return send(method, path, whole, {...settled, progress: undefined});
}

/* --- catalogues of words --- */
wordsFrom(async (key) => {
  const response = await persist(() => fetch(`/i18n/${key}.json`, {cache: 'no-cache'}), {anonymous: true});
  return response.json();
});
