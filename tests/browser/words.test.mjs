/* The client's words: both languages have the same ids and places to fill in, and no page asks for an id that is not there. */
import assert from 'node:assert/strict';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

const web = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../web-static');
const places = (await readdir(path.join(web, 'i18n/ru'))).filter((f) => f.endsWith('.json'));
const words = async (lang, file) => JSON.parse(await readFile(path.join(web, 'i18n', lang, file), 'utf8'));
const holes = (entry) => [...new Set((typeof entry === 'string' ? [entry] : Object.values(entry)).flatMap((text) => text.match(/\{\w+\}/g) || []))].sort();

for (const file of places) {
  test(`${file}: the same ids in both languages`, async () => {
    const [ru, en] = [await words('ru', file), await words('en', file)];
    assert.deepEqual(Object.keys(en).sort(), Object.keys(ru).sort());
    for (const id of Object.keys(ru)) {
      assert.deepEqual(holes(en[id]).filter((h) => h !== '{n}'), holes(ru[id]).filter((h) => h !== '{n}'), id);
      if (typeof ru[id] === 'object') {
        for (const form of ['one', 'few', 'many', 'other']) assert.ok(ru[id][form], `ru ${id} has no form ${form}`);
        assert.ok(en[id].other, `en ${id} has no form other`);
      }
      assert.ok(!/[А-Яа-яЁё]/.test(JSON.stringify(en[id])), `en ${id} is not in English`);
    }
  });
}

test('every id that a page names has words', async () => {
  const known = new Set();
  for (const file of places) for (const id of Object.keys(await words('ru', file))) known.add(id);
  const files = (await readdir(path.join(web, 'js'), {recursive: true})).filter((f) => f.endsWith('.js'));
  const missing = [];
  for (const file of files) {
    const text = await readFile(path.join(web, 'js', file), 'utf8');
    if (file !== 'i18n.js') for (const [, id] of text.matchAll(/\bt\('([\w.]+)'/g)) if (!known.has(id)) missing.push(`${file}: ${id}`);
    for (const [, id] of text.matchAll(/(?:label|short): '(nav\.[\w.]+)'/g)) if (!known.has(id)) missing.push(`${file}: ${id}`);
  }
  assert.deepEqual(missing, []);
});

/* The places whose addresses lead to a shared view. */
async function leadingTo(file) {
  const found = [];
  for (const name of await readdir(path.join(web, 'js/routes'))) {
    if ((await readFile(path.join(web, 'js/routes', name), 'utf8')).includes(`views/${file}`)) found.push(name.replace('.js', ''));
  }
  return found;
}

test('a place asks for the fields of every form it shows', async () => {
  const {nouns} = await import(path.join(web, 'js/routes.js'));
  for (const file of (await readdir(path.join(web, 'js/views'), {recursive: true})).filter((f) => f.endsWith('.js'))) {
    const text = await readFile(path.join(web, 'js/views', file), 'utf8');
    const places = file.startsWith('shared/') ? await leadingTo(file) : [file.split('/')[0]];
    assert.ok(places.length, `${file}: no address leads to it`);
    for (const [, noun] of text.matchAll(/(?:usecase: |fieldsOf\(|fieldOf\(|usecase\()'(\w+)\./g)) {
      for (const place of places) assert.ok(nouns[place]?.includes(noun), `${file}: js/routes.js has no noun ${noun} for ${place}`);
    }
  }
  assert.deepEqual(nouns.pupil.filter((n) => !nouns.guardian.includes(n)), [], 'a guardian opens the pupil’s pages');
});

test('text reaches a page as text: no markup from strings, no style or script in the page', async () => {
  const files = (await readdir(path.join(web, 'js'), {recursive: true})).filter((f) => f.endsWith('.js'));
  for (const file of files) {
    const text = await readFile(path.join(web, 'js', file), 'utf8');
    assert.ok(!/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/.test(text), `${file} makes markup or code from text`);
    if (file !== 'api.js') assert.ok(!/\bfetch\(|XMLHttpRequest/.test(text), `${file} fetches; only js/api.js does`);
    if (/^views\//.test(file)) assert.ok(!/from '\.\.\/(?:\w+\/)?[\w-]+\.js'/.test(text.replace(/from '\.\.\/\.\.\/(api|i18n|ui\/[\w-]+)\.js'/g, '')), `${file} imports from another view`);
  }
  const html = await readFile(path.join(web, 'index.html'), 'utf8');
  assert.ok(!/<style|style=|<script(?! (?:type="module" )?src=)| on\w+=|https?:\/\//.test(html));
});
