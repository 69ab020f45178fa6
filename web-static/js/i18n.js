/* Words, plurals, dates and order of the reader's language. Catalogues: i18n/<lang>/<place>.json, flat objects id → text;
 * plural forms stand as {"one": …, "few": …, "many": …, "other": …}. `common` is loaded at the start, a place's with its first view. */

const LANGS = ['ru', 'en'];

/* Chosen by hand on this device; else what the account said here last; else what the browser speaks. */
const HAND = 'letopis.lang';
const ACCOUNT = 'letopis.lang.account';
function kept(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}
function keep(key, value) {
  try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* for this page only */ }
}

function pick() {
  const saved = [kept(HAND), kept(ACCOUNT)].find((l) => LANGS.includes(l));
  if (saved) return saved;
  const wanted = (navigator.languages || [navigator.language || 'ru']).map((l) => l.slice(0, 2));
  return wanted.find((l) => LANGS.includes(l)) || 'ru';
}

const state = {lang: pick(), words: new Map(), loaded: new Map()};

export const lang = () => state.lang;
export const langs = LANGS;

/* Adds a place's words; a place without a catalogue has none of its own. */
export function load(place) {
  const key = `${state.lang}/${place}`;
  if (!state.loaded.has(key)) {
    state.loaded.set(key, fetchWords(key).then((words) => {
      for (const [id, text] of Object.entries(words)) state.words.set(id, text);
    }, (error) => { state.loaded.delete(key); throw error; }));
  }
  return state.loaded.get(key);
}

/* Set by api.js, the only file that fetches. */
let fetchWords = async () => ({});
export function wordsFrom(fetcher) { fetchWords = fetcher; }

export function setLang(next) {
  if (!LANGS.includes(next)) return;
  keep(HAND, next);
  speak(next);
}

/* The language of an account that signed in: taken unless another was chosen by hand on this device. → true when the words have to be loaded
 * anew. null forgets it (signed out). */
export function accountLang(next) {
  keep(ACCOUNT, LANGS.includes(next) ? next : null);
  if (!LANGS.includes(next) || kept(HAND) || next === state.lang) return false;
  speak(next);
  return true;
}

function speak(next) {
  state.lang = next;
  state.words.clear();
  state.loaded.clear();
  document.documentElement.lang = next;
}

/* A value inside quotation marks has others of its own: «Конкурс „Шаг“». */
const INNER = {'«': '„', '»': '“'};
const quoted = (before) => before.split('«').length > before.split('»').length;
const fill = (text, params) => text.replace(/\{(\w+)\}/g, (all, name, at) => {
  if (!params || params[name] == null) return all;
  const value = String(params[name]);
  return quoted(text.slice(0, at)) ? value.replace(/[«»]/g, (q) => INNER[q]) : value;
});

/* t('pupil.added') · t('pupil.count', {n: 3}) takes the plural form of n. An id without words gives the id: tests look for that. */
export function t(id, params) {
  const entry = state.words.get(id);
  if (entry === undefined) return id;
  if (typeof entry === 'string') return fill(entry, params);
  const n = Number(params?.n ?? 0);
  const form = entry[new Intl.PluralRules(state.lang).select(n)] ?? entry.other ?? entry.many ?? entry.one;
  return fill(form, {...params, n: number(n)});
}

export const has = (id) => state.words.has(id);

export const number = (n, options) => new Intl.NumberFormat(state.lang, options).format(n);

const LOCALE = {ru: 'ru-RU', en: 'en-GB'};
const DAY = {day: 'numeric', month: 'long', year: 'numeric'};

/* '2026-03-05' or an instant → «5 марта 2026 г.»; dates without a time stay on their day in every time zone. */
export function date(value, options) {
  if (!value) return '';
  const plain = /^\d{4}-\d{2}-\d{2}$/.test(value);
  const d = new Date(plain ? `${value}T00:00:00Z` : value);
  if (Number.isNaN(d.getTime())) return String(value);
  const text = new Intl.DateTimeFormat(LOCALE[state.lang], {...(options || DAY), ...(plain ? {timeZone: 'UTC'} : {})}).format(d);
  return state.lang === 'ru' ? text.replace(/\s*г\.$/, '') : text;
}
export const dateShort = (value) => date(value, {day: 'numeric', month: 'short', year: 'numeric'});
export const dateTime = (value) => date(value, {day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit'});
export function month(value) {
  const text = date(`${value.slice(0, 7)}-01`, {month: 'long', year: 'numeric'});
  return text.charAt(0).toLocaleUpperCase(state.lang) + text.slice(1);
}

/* «2 часа назад», «вчера»; after a week the date. */
export function ago(instant, now = Date.now()) {
  const seconds = Math.round((new Date(instant).getTime() - now) / 1000);
  const format = new Intl.RelativeTimeFormat(state.lang, {numeric: 'auto'});
  const far = Math.abs(seconds);
  if (far < 60) return t('time.now');
  if (far < 3600) return format.format(Math.round(seconds / 60), 'minute');
  if (far < 86400) return format.format(Math.round(seconds / 3600), 'hour');
  if (far < 7 * 86400) return format.format(Math.round(seconds / 86400), 'day');
  return dateShort(instant);
}

/* 2026 → «2026/27» */
export const year = (start) => `${start}/${String((Number(start) + 1) % 100).padStart(2, '0')}`;

export const compare = (a, b) => new Intl.Collator(state.lang, {numeric: true}).compare(a, b);
export const sortBy = (items, key) => [...items].sort((a, b) => compare(key(a) ?? '', key(b) ?? ''));

export function bytes(n) {
  if (n < 1024 * 1024) return t('size.kb', {value: number(Math.max(1, Math.round(n / 1024)))});
  return t('size.mb', {value: number(n / 1048576, {maximumFractionDigits: 1})});
}

/* «Иванова Мария Петровна» */
export const fullName = (p) => [p?.surname, p?.name, p?.patronymic].filter(Boolean).join(' ');
