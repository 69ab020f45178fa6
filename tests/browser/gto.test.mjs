/* The GTO: the pupil's board, level I, the class table with its papers, a result entered by the class teacher, the number and the admission. */
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {start, testdata} from './support.mjs';

let s;
const ids = {};

const RESULTS = {m: [['run_60', '9,5'], ['run_2000', '9:27'], ['pull_ups', '9'], ['flexibility', '6'], ['long_jump', '193']],
  f: [['run_60', '10,5'], ['run_2000', '11:27'], ['pull_ups_low', '13'], ['flexibility', '8'], ['long_jump', '162']]};

/* Bronze by results: silver in all but the sprint. */
before(async () => {
  s = await start('gto');
  const pupil = await s.as('pupil');
  const teacher = await s.as('teacher');
  const director = await s.as('director');
  ids.pupil = pupil.session.id;
  const card = await director.get(`/pupils/${ids.pupil}`);
  ids.klass = card.class;
  await director.send('PATCH', `/pupils/${ids.pupil}`, {birth: '2011-12-05', sex: card.sex || 'm'});
  ids.sex = card.sex || 'm';
  for (const [i, [test_, value]] of RESULTS[ids.sex].entries()) {
    const e = await teacher.send('POST', '/gto/results', {pupil: ids.pupil, test: test_, value, on: `2026-10-0${i + 1}`});
    await teacher.send('POST', `/entries/${e.id}/verify`, {act: 'seen_copy'});
  }
  const badge = await teacher.send('POST', '/entries', {pupil: ids.pupil, kind: 'achievement', activity: 'gto', title: 'Бронзовый знак ГТО, IV ступень', level: 'national', result: 'badge', badge: 'bronze', date: '2025-06-01', gto_level: 'IV', gto_order: '45-нг',
    gto_order_date: '2025-06-01', document_kind: 'id_certificate', document_number: 'АА 000123', submit: true});
  await teacher.send('POST', `/entries/${badge.id}/verify`, {act: 'order'});
  const first = (await director.get('/classes?limit=100')).items.find((c) => c.number === 1);
  ids.first = (await director.get(`/pupils?class=${first.id}&limit=1`)).items[0].id;
  await director.send('PATCH', `/pupils/${ids.first}`, {birth: '2019-11-01', sex: 'm'});
  const run = await director.send('POST', '/gto/results', {pupil: ids.first, test: 'run_10', value: '3,1', on: '2026-11-10'}).catch(() => null);
  ids.run = run?.id;
});
after(() => s?.stop());

test('the board says where one stands and what is missing, on a phone and on a desk', async () => {
  for (const [name, who] of [['phone', {phone: true}], ['desk', {}], ['dark', {dark: true, lang: 'en'}]]) {
    const page = await s.open('/portfolio/gto', {as: 'pupil', ...who});
    await page.locator('h1', {hasText: /ГТО|GTO/}).waitFor();
    await page.locator('.gto-quality').first().waitFor();
    if (name !== 'dark') {
      await page.getByText('До серебра осталось 1 испытание').waitFor();
      await page.getByText(/Бег на 60 м — быстрее на 0,[34] с/).waitFor();
      await page.getByText('Удостоверение АА 000123').waitFor();
    }
    assert.equal(await page.locator('.gto-quality').count(), 7);
    await s.axe(page, `board ${name}`);
    await s.shot(page, `gto-board-${name}`, {full: true});
    await page.close();
  }
});

test('the tab leads there, and the parent sees the same', async () => {
  const page = await s.open('/portfolio', {as: 'pupil', phone: true});
  await page.getByRole('link', {name: 'ГТО', exact: true}).click();
  await page.locator('.gto-quality').first().waitFor();
  await page.close();
  const parent = await s.open(`/children/${ids.pupil}`, {as: 'parent'});
  await parent.getByRole('link', {name: 'ГТО', exact: true}).click();
  await parent.getByText('До серебра осталось 1 испытание').waitFor();
  /* whose board it is: on the page of others, and on paper for the pupil too */
  await parent.locator('.gto-whose', {hasText: /, 9А$/}).waitFor();
  await parent.close();
});

test('level I: the badge waits for the school, and the page says so', async () => {
  const page = await s.open(`/pupils/${ids.first}/gto`, {as: 'director'});
  await page.getByText('Знак этой ступени пока не посчитан').waitFor();
  await page.locator('.gto-step sup').first().waitFor();
  await s.axe(page, 'level I');
  await s.shot(page, 'gto-first', {full: true});
  await page.close();
});

test('the class table: who is close, the number set in place, papers to take away', async () => {
  const page = await s.open(`/class/gto?class=${ids.klass}`, {as: 'teacher'});
  await page.locator('table').waitFor();
  await page.getByRole('button', {name: 'До знака одно испытание'}).click();
  await page.locator('tbody tr').nth(1).waitFor({state: 'detached'});
  assert.equal(await page.locator('tbody tr').count(), 1);
  /* paper and workbook hold what the page shows */
  for (const name of ['Печать', 'Excel']) assert.match(await page.getByRole('link', {name, exact: true}).getAttribute('href'), /close=1/);
  await page.getByRole('button', {name: /УИН и допуск/}).click();
  const over = page.getByRole('dialog');
  await over.getByLabel('УИН').fill('23 65 001234');
  await over.getByRole('button', {name: 'Сохранить'}).click();
  await over.getByText(/нужно 11 цифр/).first().waitFor();
  await over.getByLabel('УИН').fill('23 65 0012345');
  await over.getByRole('button', {name: 'Сохранить'}).click();
  await page.locator('tbody').getByText('23-65-0012345', {exact: true}).waitFor();
  await s.axe(page, 'class table');
  await s.shot(page, 'gto-class-desk', {full: true});
  await page.getByRole('button', {name: 'Документы'}).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', {name: 'Заявка в центр тестирования'}).click()]);
  assert.match(download.suggestedFilename(), /\.xlsx$/);
  await page.close();
  const phone = await s.open(`/class/gto?class=${ids.klass}`, {as: 'teacher', phone: true});
  await phone.locator('table').waitFor();
  await s.axe(phone, 'class table on a phone');
  await s.shot(phone, 'gto-class-phone', {full: true});
  await phone.close();
});

test('the teacher enters a result from the pupil’s board: an unclear one is refused beside the field', async () => {
  const page = await s.open(`/pupils/${ids.pupil}/gto`, {as: 'teacher'});
  await page.getByRole('button', {name: 'Внести результат'}).click();
  const over = page.getByRole('dialog');
  await over.getByLabel('Испытание').selectOption('run_2000');
  await over.getByLabel('Результат').fill('9,1');
  await over.getByRole('button', {name: 'Сохранить'}).click();
  await over.getByText(/можно понять по-разному/).first().waitFor();
  await over.getByLabel('Испытание').selectOption('run_60');
  await over.getByLabel('Результат').fill(ids.sex === 'm' ? '9,1' : '10,1');
  await over.getByRole('button', {name: 'Сохранить'}).click();
  await page.getByText('ждёт проверки').waitFor();
  await s.shot(page, 'gto-waiting', {full: true});
  await page.close();
});

test('a protocol: what was not read of it stands above the rows, and a row says what it brings', async () => {
  const page = await s.open('/import', {as: 'director'});
  await page.locator('#import-file').setInputFiles(testdata('gto/odd.xlsx'));
  const unread = page.locator('.note', {hasText: 'строка скрыта'});
  await unread.getByText(/1 строка скрыта/).waitFor();
  await unread.getByText(/Столбец E «Бег на 100 м \(с\)» не прочитан/).waitFor();
  await page.getByText(/Бег на 60 м: 9,1 с/).first().waitFor();
  assert.equal(await page.getByText('run_60').count(), 0);
  await page.getByText(/Строка 4, столбец G: «2:15»/).waitFor();
  await s.axe(page, 'protocol');
  await s.shot(page, 'gto-protocol', {full: true});
  await page.close();
});
