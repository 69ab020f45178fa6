/* Adding on a phone: several pages turned and cropped, three steps, a bar while it goes up; what was begun is never lost. */
import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import zlib from 'node:zlib';
import {keptInBrowser, start, testdata} from './support.mjs';

let s;
let pupil;
before(async () => { s = await start('add'); pupil = await s.as('pupil'); });
after(() => s?.stop());

const own = async () => (await pupil.get(`/entries?pupil=${pupil.session.id}&limit=50`)).items;
const titled = async (title) => (await own()).filter((e) => e.title === title);

/* A picture of noise: no packing makes it small. */
const table = Int32Array.from({length: 256}, (_, n) => { let c = n; for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; return c; });
const sum = (data) => (zlib.crc32 ? zlib.crc32(data) : ~data.reduce((c, b) => table[(c ^ b) & 255] ^ (c >>> 8), ~0)) >>> 0;
function chunk(type, data) {
  const head = Buffer.concat([Buffer.from(type), data]);
  const out = Buffer.alloc(head.length + 8);
  out.writeUInt32BE(data.length, 0);
  head.copy(out, 4);
  out.writeUInt32BE(sum(head), head.length + 4);
  return out;
}
async function noise(name, side) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.concat(Array.from({length: side}, () => Buffer.concat([Buffer.from([0]), randomBytes(side * 3)])));
  const file = path.join(s.work, name);
  await writeFile(file, Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), chunk('IDAT', zlib.deflateSync(rows, {level: 0})), chunk('IEND', Buffer.alloc(0))]));
  return file;
}

const choose = (page, files) => page.locator('input[type=file][multiple]').setInputFiles(files);
const nextStep = (page) => page.getByRole('button', {name: 'Дальше', exact: true}).click();
async function fillIn(page, title) {
  await page.getByRole('button', {name: 'Олимпиада', exact: true}).click();
  await page.getByLabel('Какая олимпиада').fill(title);
  await page.locator('.segment', {hasText: 'школьный'}).click();
  await page.getByLabel('Итог участия').selectOption('winner');
}

test('two photographs, one turned, one cropped, become one entry in three steps', async () => {
  const page = await s.open('/portfolio', {as: 'pupil', phone: true});
  await page.getByRole('link', {name: 'Добавить', exact: true}).click();
  await choose(page, [testdata('scans/04-thanks-photo.jpg'), testdata('scans/02-sport-gramota-scan.jpg')]);
  await page.getByRole('button', {name: 'Повернуть: Страница 1'}).click();
  await page.getByRole('button', {name: 'Обрезать: Страница 2'}).click();
  const corner = page.getByRole('button', {name: 'Левый верхний угол'});
  const at = await corner.boundingBox();
  await page.mouse.move(at.x + 22, at.y + 22);
  await page.mouse.down();
  await page.mouse.move(at.x + 70, at.y + 90, {steps: 4});
  await page.mouse.up();
  await s.axe(page, 'crop');
  await s.shot(page, 'add-crop-phone');
  await page.getByRole('button', {name: 'Обрезать', exact: true}).click();
  await page.getByRole('dialog').waitFor({state: 'detached'});
  await s.axe(page, 'add: pictures');
  await s.shot(page, 'add-files-phone', {full: true});
  await nextStep(page);
  await page.getByRole('heading', {name: 'Что это?'}).waitFor();
  await s.axe(page, 'add: what');
  await s.shot(page, 'add-kind-phone', {full: true});
  await fillIn(page, 'Школьная олимпиада по физике');
  assert.equal(await page.getByLabel('Дата', {exact: true}).inputValue(), pupil.session.today, 'today stands there already');
  await s.axe(page, 'add: fields');
  await s.shot(page, 'add-fields-phone', {full: true});
  await page.getByRole('button', {name: 'Отправить', exact: true}).click();
  await page.getByRole('link', {name: 'Школьная олимпиада по физике'}).waitFor();
  const [entry] = await titled('Школьная олимпиада по физике');
  const whole = await pupil.get(`/entries/${entry.id}`);
  assert.deepEqual([whole.state, whole.level, whole.result, whole.activity, whole.files.length], ['submitted', 'school', 'winner', 'olympiad', 2]);
  const sizes = await page.evaluate((files) => Promise.all(files.map(async (f) => { const i = new Image(); i.src = f; await i.decode(); return [i.naturalWidth, i.naturalHeight]; })),
    whole.files.map((f) => `/api/v1/entries/${entry.id}/files/preview?path=${f.path}&size=800`));
  assert.ok(sizes[0][0] > sizes[0][1], 'the first page stood upright and was turned');
  await page.close();
});

test('nothing is sent while a field is missing; the summary leads to it', async () => {
  const page = await s.open('/portfolio/add', {as: 'pupil', phone: true});
  await page.getByRole('button', {name: 'Добавить без документа'}).click();
  await page.getByRole('button', {name: 'Конкурс', exact: true}).click();
  await page.getByRole('button', {name: 'Отправить', exact: true}).click();
  await page.getByRole('alert').getByRole('link', {name: /Какой конкурс/}).waitFor();
  await s.axe(page, 'add: errors');
  await s.shot(page, 'add-errors-phone', {full: true});
  await page.getByRole('alert').getByRole('link', {name: /Итог участия/}).click();
  assert.equal(await page.evaluate(() => document.activeElement.name), 'result');
  await page.close();
});

test('a closed page keeps the draft with its pictures', async () => {
  const context = await s.context({as: 'pupil', phone: true});
  let page = await s.open('/portfolio/add', {context});
  await choose(page, [testdata('scans/05-art-laureate.png')]);
  await nextStep(page);
  await fillIn(page, 'Недописанная олимпиада');
  await page.getByLabel('Организатор').fill('Лицей № 2');
  await keptInBrowser(page, 'organiser', 'Лицей № 2');
  await page.close();
  page = await s.open('/portfolio/add', {context});
  await page.getByText('Вы уже начали').waitFor();
  assert.equal(await page.locator('.picker-page').count(), 1);
  await nextStep(page);
  await page.getByRole('button', {name: 'Олимпиада', exact: true}).click();
  assert.equal(await page.getByLabel('Какая олимпиада').inputValue(), 'Недописанная олимпиада');
  assert.equal(await page.getByLabel('Организатор').inputValue(), 'Лицей № 2');
  await page.getByRole('button', {name: 'В черновик'}).click();
  await page.locator('.feed').getByRole('link', {name: 'Недописанная олимпиада'}).waitFor();
  assert.equal((await titled('Недописанная олимпиада'))[0].state, 'draft');
  await context.close();
});

test('an upload that breaks goes on where it was, after a closed page too, and makes one entry', async () => {
  const context = await s.context({as: 'pupil', phone: true});
  const seen = {begun: 0, offsets: [], resumed: [], held: null};
  let broken = false;
  let hold;
  const held = new Promise((resolve) => { hold = resolve; });
  await context.route('**/api/v1/uploads**', async (route) => {
    const request = route.request();
    if (request.method() === 'POST') seen.begun++;
    if (request.method() === 'HEAD') {
      const answer = await route.fetch();
      seen.resumed.push(Number(answer.headers()['upload-offset']));
      await route.fulfill({response: answer});
      return;
    }
    if (request.method() === 'PATCH') {
      const offset = Number(request.headers()['upload-offset']);
      seen.offsets.push(offset);
      if (offset > 1e6 && !broken) { broken = true; await route.abort('connectionreset'); return; }
      if (offset > 3e6 && !seen.held) { seen.held = offset; hold(); return; } /* never answered: the page is closed meanwhile */
    }
    await route.continue();
  });
  let page = await s.open('/portfolio/add', {context, expected: [/net::/]});
  await choose(page, [await noise('big.png', 1400)]);
  await nextStep(page);
  await fillIn(page, 'Большая олимпиада');
  await page.getByRole('button', {name: 'Отправить', exact: true}).click();
  await page.locator('.feed-going progress').waitFor();
  await held;
  await s.axe(page, 'going up');
  await s.shot(page, 'add-going-phone');
  await page.close();
  assert.equal((await titled('Большая олимпиада')).length, 0);
  page = await s.open('/portfolio', {context});
  await page.locator('.feed').getByRole('link', {name: 'Большая олимпиада'}).waitFor();
  const [entry] = await titled('Большая олимпиада');
  assert.equal((await titled('Большая олимпиада')).length, 1, 'one entry');
  assert.equal(seen.begun, 1, 'the upload was begun once');
  assert.ok(seen.resumed.length >= 2 && seen.resumed.every((o) => o > 1e6), `asked how far it came: ${seen.resumed}`);
  assert.ok(seen.offsets.filter((o) => o === 0).length === 1, `the first piece went once: ${seen.offsets}`);
  const whole = await pupil.get(`/entries/${entry.id}`);
  assert.ok(whole.files[0].size > 5e6 && whole.state === 'submitted');
  await context.close();
});

test('without a connection the entry waits on its card and goes when the connection is back', async () => {
  const context = await s.context({as: 'pupil', phone: true});
  const page = await s.open('/portfolio/add', {context, expected: [/net::/]});
  await page.getByRole('button', {name: 'Добавить без документа'}).click();
  await fillIn(page, 'Олимпиада в лифте');
  await context.route('**/api/v1/entries', (route) => (route.request().method() === 'POST' ? route.abort('internetdisconnected') : route.continue()));
  await page.getByRole('button', {name: 'Отправить', exact: true}).click();
  await page.getByText('Нет связи. Пробуем ещё раз').waitFor();
  assert.equal((await titled('Олимпиада в лифте')).length, 0);
  await context.unroute('**/api/v1/entries');
  await page.locator('.feed').getByRole('link', {name: 'Олимпиада в лифте'}).waitFor();
  assert.equal((await titled('Олимпиада в лифте')).length, 1);
  await context.close();
});

test('two open pages of one person send an entry once', async () => {
  const context = await s.context({as: 'pupil'});
  let sent = 0;
  let go;
  const first = new Promise((resolve) => { go = resolve; });
  await context.route('**/api/v1/entries', async (route) => {
    if (route.request().method() !== 'POST') { await route.continue(); return; }
    sent++;
    await first;
    await route.continue();
  });
  const page = await s.open('/portfolio/add', {context});
  await page.getByRole('button', {name: 'Добавить без документа'}).click();
  await fillIn(page, 'Олимпиада с двух вкладок');
  await page.getByRole('button', {name: 'Отправить', exact: true}).click();
  await page.locator('.feed-going progress').waitFor();
  const other = await s.open('/portfolio', {context});
  await other.locator('.feed-going .card').waitFor();
  go();
  for (const p of [page, other]) await p.locator('.feed').getByRole('link', {name: 'Олимпиада с двух вкладок'}).waitFor();
  assert.equal(sent, 1);
  assert.equal((await titled('Олимпиада с двух вкладок')).length, 1);
  await context.close();
});
