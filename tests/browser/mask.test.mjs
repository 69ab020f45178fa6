/* Public copies: painting over by mouse, finger and keys, the result before it is saved, and what a stranger with the link gets then. */
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {start} from './support.mjs';

let s;
let pupil;
let guardian;
let scan;
let course;
before(async () => {
  s = await start('mask');
  [pupil, guardian] = [await s.as('pupil'), await s.as('parent')];
  const teacher = await s.as('teacher');
  const add = async (title, file) => {
    const e = await pupil.sendFiles('POST', '/entries', {pupil: pupil.session.id, activity: 'sport', kind: 'achievement', title, level: 'municipal', result: 'winner', date: '2026-10-09', submit: true}, {file: [file]});
    await teacher.send('POST', `/entries/${e.id}/verify`, {act: 'seen_original', revision: e.revision});
    return e;
  };
  scan = await add('Кросс «Первый снег»', 'scans/02-sport-gramota-scan.jpg');
  course = await add('Смена «Первый снег»', 'scans/06-course-three-pages.pdf');
});
after(() => s?.stop());

const masks = async (e) => (await pupil.get(`/entries/${e.id}`)).masks || [];
const box = (page, n) => page.getByRole('button', {name: new RegExp(`^(Место|Place) ${n}:`)});

async function drawn(page) {
  await page.locator('.masker img').evaluate((img) => img.decode());
  return page.locator('.masker-layer').boundingBox();
}

test('by mouse and keys at a desk, the result first, then saved', async () => {
  const page = await s.open(`/entries/${scan.id}`, {as: 'pupil'});
  await page.getByRole('button', {name: 'Ещё'}).click();
  await page.getByRole('menuitem', {name: 'Что увидят посторонние'}).click();
  await page.getByRole('heading', {name: 'Что увидят посторонние'}).waitFor();
  await page.getByText('посторонним не видна').first().waitFor();
  const at = await drawn(page);
  await page.mouse.move(at.x + at.width * 0.1, at.y + at.height * 0.2);
  await page.mouse.down();
  await page.mouse.move(at.x + at.width * 0.5, at.y + at.height * 0.3, {steps: 4});
  await page.mouse.up();
  await box(page, 1).waitFor();
  assert.ok(Math.abs(Number(await page.getByLabel('Ширина, %').inputValue()) - 40) < 1.5);
  await page.getByRole('button', {name: 'Добавить место'}).click();
  await box(page, 2).waitFor();
  const before = Number(await page.getByLabel('Слева, %').nth(1).inputValue());
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowDown');
  assert.equal(Number(await page.getByLabel('Слева, %').nth(1).inputValue()), before + 2);
  assert.equal(Number(await page.getByLabel('Высота, %').nth(1).inputValue()), 6);
  await page.getByLabel('Сверху, %').nth(1).fill('80');
  assert.match(await box(page, 2).getAttribute('aria-label'), /сверху 80/);
  await page.getByRole('button', {name: 'Добавить место'}).click();
  await page.keyboard.press('Delete');
  assert.equal(await page.locator('.masker-box').count(), 2);
  await s.axe(page, 'mask');
  await s.shot(page, 'mask-desk-ru-light', {full: true});
  await page.getByRole('button', {name: 'Посмотреть, что получится'}).click();
  const result = page.getByRole('dialog', {name: 'Так увидят посторонние'});
  await result.locator('img').evaluate((img) => img.decode());
  await s.axe(page, 'mask-result');
  await s.shot(page, 'mask-result-desk-ru-light');
  assert.equal((await masks(scan)).length, 0); /* nothing is promised before it was looked at */
  await result.getByRole('button', {name: 'Сохранить'}).click();
  await page.getByText('видна, места закрашены').first().waitFor();
  const [saved] = await masks(scan);
  assert.equal(saved.areas.length, 2);
  assert.equal(saved.areas[1].y, 8000);
  await page.close();
});

test('by finger on a phone, page by page, in English and dark', async () => {
  const page = await s.open(`/entries/${course.id}/public?page=2`, {as: 'pupil', phone: true, lang: 'en', dark: true});
  const at = await drawn(page);
  assert.equal(await page.locator('.mask-tab').count(), 3);
  await page.locator('.masker-layer').tap({position: {x: at.width / 2, y: at.height / 4}});
  await box(page, 1).waitFor();
  await page.evaluate(() => window.scrollTo(0, 0));
  await s.axe(page, 'mask-phone');
  await s.shot(page, 'mask-phone-en-dark', {full: true});
  await page.getByRole('link', {name: /^1:/}).click(); /* what was marked is not lost unasked */
  await page.getByRole('dialog', {name: 'Leave without saving?'}).getByRole('button', {name: 'Cancel'}).click();
  await page.getByRole('button', {name: 'Show as it is'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Save'}).click();
  await page.getByText('seen as it is').first().waitFor();
  assert.deepEqual((await masks(course)).map((m) => [m.page, m.areas]), [[2, undefined]]);
  await page.close();
});

test('a stranger sees the copies alone, and the maker of the link is told which', async () => {
  const page = await s.open('/portfolio/shares', {as: 'pupil'});
  await page.getByRole('button', {name: 'Новая ссылка'}).first().click();
  const seen = page.locator('.share-pictures').first();
  await seen.getByText('Кросс «Первый снег»').waitFor();
  await s.axe(page, 'share-pictures');
  await s.shot(page, 'mask-share-desk-ru-light');
  await page.close();
  const share = await pupil.send('POST', '/shares', {pupil: pupil.session.id, field: ['name', 'title', 'document'], entry: [scan.id, course.id]});
  await guardian.send('POST', `/shares/${share.id}/confirm`);
  const token = share.address.split('#')[1];
  const asked = [];
  const stranger = await s.open(null, {phone: true});
  stranger.on('response', (r) => { if (r.url().endsWith('/shares/picture')) asked.push(r); });
  await stranger.goto(share.address);
  await stranger.locator('.public-pictures img.seen').nth(1).waitFor();
  await s.shot(stranger, 'mask-stranger-phone-ru-light', {full: true});
  assert.equal(asked.length, 2);
  for (const r of asked) assert.equal(r.status(), 200);
  /* under the first place of the copy every pixel is of one colour */
  const spread = await stranger.evaluate(async ([key, entry]) => {
    const answer = await fetch('/api/v1/shares/picture', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({token: key, entry, path: 'files/01.jpg', size: '1600'})});
    const bitmap = await createImageBitmap(await answer.blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const paper = canvas.getContext('2d');
    paper.drawImage(bitmap, 0, 0);
    const [x, y] = [bitmap.width * 0.12, bitmap.height * 0.22].map(Math.round);
    const {data} = paper.getImageData(x, y, Math.round(bitmap.width * 0.36), Math.round(bitmap.height * 0.06));
    let [low, high] = [255, 0];
    for (let i = 0; i < data.length; i += 1) if (i % 4 !== 3) { low = Math.min(low, data[i]); high = Math.max(high, data[i]); }
    return [low, high];
  }, [token, scan.id]);
  assert.ok(spread[0] > 40 && spread[1] < 76, `pixels from ${spread}`);
  /* ids and pages that are guessed lead nowhere; nor does the file itself */
  const status = (values) => stranger.evaluate(async (v) => (await fetch('/api/v1/shares/picture', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(v)})).status, values);
  assert.equal(await status({token, entry: course.id, path: 'files/01.pdf', page: 1}), 404);
  assert.equal(await status({token, entry: scan.id, path: 'files/02.jpg'}), 404);
  assert.equal(await status({token, entry: pupil.session.id, path: 'files/01.jpg'}), 404);
  assert.equal(await stranger.evaluate(async (id) => (await fetch(`/api/v1/entries/${id}/files?path=files/01.jpg`)).status, scan.id), 401);
  await pupil.send('POST', `/entries/${scan.id}/files/unmask`, {path: 'files/01.jpg'});
  assert.equal(await status({token, entry: scan.id, path: 'files/01.jpg'}), 404);
  /* too many wrong keys: told when to come back */
  const last = await stranger.evaluate(async () => {
    for (let i = 0; i < 400; i += 1) {
      const r = await fetch('/api/v1/shares/open', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({token: `lt_${i}`})});
      if (r.status !== 404) return [r.status, Number(r.headers.get('Retry-After'))];
    }
    return [];
  });
  assert.equal(last[0], 429);
  assert.ok(last[1] >= 1 && last[1] <= 60);
  await stranger.close();
});
