/* What /api/v1/meta says: words of the value sets and limits at the start, fields of a noun's use cases when a place with forms needs them; all anew after
 * the language changes. */
import {get} from '../api.js';

let meta = {school: {}, sets: {}, use_cases: {}, limits: {}, jobs: {}};
let asked = new Map();
export async function loadMeta() {
  const said = await get('/meta', null, {anonymous: true});
  meta = {sets: {}, limits: {}, school: {}, jobs: {}, ...said, use_cases: {}};
  asked = new Map();
  return meta;
}
/* Fields of the use cases of these nouns, each noun once. */
export function loadNouns(nouns) {
  const wanted = nouns.filter((n) => !asked.has(n));
  if (wanted.length) {
    const into = meta;
    const going = get('/meta', {noun: wanted}, {anonymous: true}).then((said) => { Object.assign(into.use_cases, said.use_cases); },
      (error) => { wanted.forEach((n) => asked.delete(n)); throw error; });
    wanted.forEach((n) => asked.set(n, going));
  }
  return Promise.all(nouns.map((n) => asked.get(n)));
}
/* Words for a job by the use case it does. */
export const jobTitle = (id) => meta.jobs[id] || id;
export const school = () => meta.school;
export const limits = () => meta.limits;

/* word('level', 'municipal') → «муниципальный»; a word without a label is shown as it is. */
export function word(set, value) {
  if (value === null || value === undefined || value === '') return '';
  const found = words(set).find((w) => w.value === String(value));
  return found ? found.label : String(value);
}
/* words('level') → [{value, label}] in the order of the set */
export function words(set) {
  const known = meta.sets[set];
  if (!known) return [];
  return Array.isArray(known) ? known : Object.entries(known).map(([value, label]) => ({value, label}));
}
/* usecase('entry.add') → {method, path, fields: [{name, type, label, required, many, min, max, values}]} */
export const usecase = (id) => meta.use_cases[id] || null;
export const fieldsOf = (id) => usecase(id)?.fields || [];
export const fieldOf = (id, name) => fieldsOf(id).find((f) => f.name === name) || {name, type: 'text', label: name};
