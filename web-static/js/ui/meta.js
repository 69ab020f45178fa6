/* What /api/v1/meta says: fields of the use cases, words of the value sets, limits. One question at the start, one more after the language changes. */
import {get} from '../api.js';

let meta = {school: {}, sets: {}, use_cases: {}, limits: {}};
export async function loadMeta() {
  meta = {sets: {}, use_cases: {}, limits: {}, school: {}, ...(await get('/meta', null, {anonymous: true}))};
  return meta;
}
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
