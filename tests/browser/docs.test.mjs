/* The pictures of docs/ui.md: each that the page names is there, each that is there is named, and together they stay small. */
import assert from 'node:assert/strict';
import {readdir, readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

const docs = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../docs');

test('docs/ui.md shows pictures that are there', async () => {
  const page = await readFile(path.join(docs, 'ui.md'), 'utf8');
  const named = [...page.matchAll(/!\[([^\]]*)\]\((ui\/[^)]+)\)/g)].map(([, alt, file]) => ({alt, file}));
  const there = (await readdir(path.join(docs, 'ui'))).map((f) => `ui/${f}`).sort();
  assert.deepEqual([...new Set(named.map((x) => x.file))].sort(), there);
  for (const {alt, file} of named) assert.ok(alt.length > 10, `${file}: says nothing to those who do not see it`);
  let bytes = 0;
  for (const file of there) {
    const head = await readFile(path.join(docs, file));
    assert.ok(head[0] === 0xff && head[1] === 0xd8, `${file} is no JPEG`);
    bytes += (await stat(path.join(docs, file))).size;
  }
  assert.ok(there.length >= 8 && bytes <= 1.5 * 1024 * 1024, `${there.length} pictures, ${bytes} bytes`);
  for (const kind of ['phone', 'desk', 'dark']) assert.ok(there.some((f) => f.includes(kind)), kind);
});
