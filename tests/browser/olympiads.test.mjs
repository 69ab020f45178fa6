/* Around results of olympiads: statements of a class are entered and listed, the list of events is kept in editions, an imported diploma is checked by hand. */
import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {start} from './support.mjs';

let s;
let pupil;
before(async () => {
  s = await start('olympiads');
  const found = await s.cli(['pupil', 'list', '--state', 'active', '--limit', '40'], {as: 'director'});
  const twice = (p) => found.items.filter((x) => x.surname === p.surname && x.name === p.name).length > 1;
  pupil = found.items.find((p) => p.class_name && p.birth && !twice(p));
});
after(() => s?.stop());

test('a class teacher enters a statement, and who lacks something is seen', async () => {
  const page = await s.open('/class/olympiads', {as: 'teacher'});
  await page.getByRole('heading', {name: 'Заявления, класс 9А'}).waitFor();
  await s.axe(page, 'statements');
  await s.shot(page, 'olympiads-teacher-desk', {full: true});
  assert.equal(await page.getByRole('heading', {name: 'Мероприятия для одарённых детей'}).count(), 0);
  const row = page.locator('tbody tr').first();
  await row.locator('input[type=checkbox]').check();
  await page.getByRole('button', {name: 'Заявление подано'}).click();
  const saved = page.waitForResponse((r) => /\/olympiads\/statements$/.test(r.url()) && r.request().method() === 'POST');
  await page.getByRole('dialog').getByRole('button', {name: 'Сохранить'}).click();
  assert.equal((await saved).status(), 200);
  await page.locator('tbody tr').first().getByText('да').first().waitFor();
  const phone = await s.open('/class/olympiads', {as: 'teacher', phone: true, dark: true});
  await phone.getByRole('heading', {name: 'Заявления, класс 9А'}).waitFor();
  await s.axe(phone, 'statements on a phone');
  await s.shot(phone, 'olympiads-teacher-phone-dark', {full: true});
});

test('the deputy head enters a list of events, and results imported after it bear its edition', async () => {
  const page = await s.open('/olympiads', {as: 'director'});
  await page.getByText('Перечень не внесён').waitFor();
  await s.axe(page, 'events, none');
  await page.getByRole('button', {name: 'Внести перечень'}).click();
  const box = page.getByRole('dialog');
  await box.getByLabel('Редакция перечня').fill('2026/27');
  await box.getByLabel('Откуда перечень: приказ, номер, дата').fill('приказ № 1');
  await box.getByLabel('С какого дня действует').fill('2020-09-01');
  await box.getByLabel(/^Мероприятия/).fill('Ломоносов\nТурнир городов | районный кубок');
  await box.getByRole('button', {name: 'Сохранить'}).click();
  await box.getByText('уровень «районный кубок» не из списка').first().waitFor();
  await box.getByLabel(/^Мероприятия/).fill('Ломоносов\nТурнир городов | всероссийский');
  await s.axe(page, 'events, the form');
  await box.getByRole('button', {name: 'Сохранить'}).click();
  await page.getByText('2 мероприятия').waitFor();
  await s.shot(page, 'olympiads-office-desk', {full: true});

  const file = path.join(s.work, 'дипломы.csv');
  const name = [pupil.surname, pupil.name, pupil.patronymic].filter(Boolean).join(' ');
  await writeFile(file, `№ в перечне;Олимпиада;Профиль;Степень диплома;ФИО;Класс;Код диплома\r\n12;«Ломоносов»;физика;2;${name};${pupil.class_name};340065436392\r\n`);
  await s.cli(['import', 'apply', '--format', 'olympiad-list', file], {as: 'director'});
  const entries = await s.cli(['entry', 'list', '--pupil', pupil.id], {as: 'director'});
  const entry = entries.items.find((e) => e.title.includes('Ломоносов'));
  await page.goto(`/entries/${entry.id}`);
  await page.getByText('2026/27').waitFor();
  await page.getByRole('button', {name: 'Ещё', exact: false}).first().click();
  await page.getByText('Проверить диплом вручную').click();
  await page.getByRole('dialog').locator('code').first().waitFor();
  assert.match(await page.getByRole('dialog').locator('code').first().innerText(), /^[0-9a-f]{64}$/);
  await s.axe(page, 'the hash');
});

test('lines that are no results are told before the file is taken', async () => {
  const file = path.join(s.work, 'физика-муниципальный-этап.csv');
  const name = [pupil.surname, pupil.name, pupil.patronymic].filter(Boolean).join(' ');
  await writeFile(file, `ФИО;Класс;Балл;Статус\r\n${name};${pupil.class_name};12;участник\r\n${name};${pupil.class_name};;не явился\r\nПредседатель жюри:;;;\r\n`);
  const page = await s.open('/import', {as: 'director'});
  await page.locator('#import-file').setInputFiles(file);
  const left = page.locator('.import-left');
  await left.locator('summary', {hasText: '2'}).click();
  await left.getByText('не явился').waitFor();
  await left.getByText('подпись под таблицей').waitFor();
  await s.axe(page, 'left out');
});
