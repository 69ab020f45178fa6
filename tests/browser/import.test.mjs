/* A file of results as a school gets it: taken, read wrongly, put right, applied, and what was not taken is had as a list. */
import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {start} from './support.mjs';

let s;
let pupils;
before(async () => {
  s = await start('import');
  const found = await s.cli(['pupil', 'list', '--state', 'active', '--limit', '40'], {as: 'director'});
  const twice = (p) => found.items.filter((x) => x.surname === p.surname && x.name === p.name).length > 1;
  pupils = found.items.filter((p) => p.class_name && !twice(p)).slice(0, 3);
  assert.equal(pupils.length, 3);
});
after(() => s?.stop());

/* CP1251 with semicolons and decimal commas, as Excel on a Russian machine saves it. */
function cp1251(text) {
  return Buffer.from([...text].map((c) => {
    const at = c.codePointAt(0);
    if (at < 0x80) return at;
    if (at >= 0x410 && at <= 0x44f) return at - 0x350;
    return {Ё: 0xa8, ё: 0xb8, '№': 0xb9, '«': 0xab, '»': 0xbb}[c] ?? 0x3f;
  }));
}

const fullName = (p) => [p.surname, p.name, p.patronymic].filter(Boolean).join(' ');

test('a table nobody designed: columns and facts are put right, the doubtful row is left, the report stays', async () => {
  const file = path.join(s.work, 'итоги.csv');
  const rows = [`${fullName(pupils[0])};${pupils[0].class_name};33,5`, `${fullName(pupils[1])};${pupils[1].class_name};12`,
    `${pupils[2].surname} ${pupils[2].name[0]}.;${pupils[2].class_name};7`, 'Чужакова Злата Львовна;9;40'];
  await writeFile(file, cp1251(`Кто;Где учится;Сколько\r\n${rows.join('\r\n')}\r\n`));
  const page = await s.open('/import', {as: 'director'});
  await page.locator('select').first().selectOption('olympiad');
  await page.locator('#import-file').setInputFiles(file);
  const map = page.locator('.import-map');
  await map.waitFor();
  if (!await map.evaluate((el) => el.open)) await map.locator('summary').click();
  const headed = page.waitForResponse((r) => /\/map$/.test(r.url()));
  await map.getByLabel('Строка заголовков').fill('1');
  await map.getByLabel('Строка заголовков').press('Tab');
  await headed;
  for (const [column, role] of [['Кто', 'full_name'], ['Где учится', 'class'], ['Сколько', 'score']]) {
    const select = page.locator('.import-map label', {hasText: column}).locator('select');
    const answered = page.waitForResponse((r) => /\/map$/.test(r.url()));
    await select.selectOption(role);
    await answered;
    if (!await map.evaluate((el) => el.open)) await map.locator('summary').click();
  }
  await s.shot(page, 'import-mapping', {full: true});
  const facts = page.locator('.note', {hasText: 'Этого в файле нет'}).first();
  await facts.locator('select').first().selectOption('municipal');
  await facts.locator('input').first().fill('Химия');
  const said = page.waitForResponse((r) => /\/preview$/.test(r.url()));
  await facts.getByRole('button').last().click();
  await said;
  await page.getByText(fullName(pupils[0])).first().waitFor();
  await s.axe(page, 'import-preview');
  await s.shot(page, 'import-preview', {full: true});
  await page.getByRole('button', {name: /Применить/}).click();
  await page.getByRole('dialog').getByRole('button', {name: /Применить/}).click();
  await page.getByRole('heading', {name: 'Не принятые строки'}).waitFor();
  /* the report has an address, and rows and reasons in words */
  await page.reload();
  const left = page.locator('table tbody tr');
  await left.first().waitFor();
  assert.equal(await left.count(), 2);
  assert.match(await page.locator('table').innerText(), /Выберите, о ком запись/);
  await s.axe(page, 'import-report');
  const report = page.getByRole('link', {name: /Не принятые/});
  await s.shot(page, 'import-done', {full: true});
  const book = await page.request.get(new URL(await report.getAttribute('href'), s.base).href);
  assert.equal(book.status(), 200);
  assert.equal((await book.body()).subarray(0, 2).toString(), 'PK');
  const kept = await s.cli(['entry', 'list', '--pupil', pupils[0].id, '--subject', 'химия'], {as: 'director'});
  assert.equal(kept.items.length, 1);
  /* the next file of the same source needs no hand, and says what changed */
  await writeFile(file, cp1251(`Кто;Где учится;Сколько\r\n${rows[0].replace('33,5', '35')}\r\n`));
  await page.goto('/import');
  await page.locator('select').first().selectOption('olympiad');
  await page.locator('#import-file').setInputFiles(file);
  await page.getByText('Столбцы запомнены').waitFor({state: 'attached'});
  await page.locator('.note-attention select').first().selectOption('municipal');
  await page.locator('.note-attention input').first().fill('Химия');
  await page.locator('.note-attention').getByRole('button').last().click();
  await page.getByText(/^[А-Я].*: 33,5 → 35$/).waitFor(); /* with the field's own name */
  await s.shot(page, 'import-changed', {full: true});
  await page.close();
});

test('the preview fits a phone', async () => {
  const file = path.join(s.work, 'физика-школьный-этап.csv');
  await writeFile(file, cp1251(`ФИО;Класс;Балл;Статус\r\n${fullName(pupils[0])};${pupils[0].class_name};20;призёр\r\n${pupils[2].surname} ${pupils[2].name[0]}.;${pupils[2].class_name};5;участник\r\n`));
  const page = await s.open('/import', {as: 'director', phone: true, dark: true});
  await page.locator('#import-file').setInputFiles(file);
  await page.getByText(fullName(pupils[0])).first().waitFor();
  await s.axe(page, 'import-phone');
  await s.shot(page, 'import-preview-phone-dark', {full: true});
  await page.close();
});

test('rows are put right in place, quickly, and nothing that another decided is overlooked', async () => {
  const file = path.join(s.work, 'физика-муниципальный-этап.csv');
  const rows = [`${fullName(pupils[0])};${pupils[0].class_name};20;первяк`, 'Безвестная Ия Львовна;9А;12;участник', 'Безвестный Лев Львович;9А;11;участник', `${fullName(pupils[1])};${pupils[1].class_name};9;участник`];
  await writeFile(file, cp1251(`ФИО;Класс;Балл;Статус\r\n${rows.join('\r\n')}\r\n`));
  const page = await s.open('/import', {as: 'director'});
  await page.locator('#import-file').setInputFiles(file);
  const line = (name) => page.locator('tbody tr', {hasText: name});
  await line('Безвестная').waitFor();
  /* a cell nobody can read */
  await page.getByRole('button', {name: `Ещё: ${fullName(pupils[0])}`}).click();
  await page.getByRole('menuitem', {name: 'Исправить строку'}).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Статус (D)').fill('призёр');
  await s.axe(page, 'import-fix');
  await s.shot(page, 'import-fix');
  await dialog.getByRole('button', {name: 'Исправить'}).click();
  await line(fullName(pupils[0])).getByText('призёр').waitFor();
  /* a pupil the program did not find */
  await page.getByRole('button', {name: 'Найти ученика: Безвестная Ия Львовна'}).click();
  await dialog.getByLabel('Фамилия или имя').fill(pupils[2].surname);
  await dialog.getByRole('button', {name: fullName(pupils[2])}).first().click();
  await line('Безвестная').getByText('найден', {exact: true}).waitFor();
  /* two answers while the first is on its way */
  await page.getByRole('button', {name: 'Пропустить: Безвестный Лев Львович'}).click();
  await page.getByRole('button', {name: `Ещё: ${fullName(pupils[1])}`}).click();
  await page.getByRole('menuitem', {name: 'Пропустить'}).click();
  await page.locator('.chip', {hasText: 'без изменений'}).getByText('2').waitFor();
  /* the file waits under its address: back is the page of the file, forward is what it was */
  await page.goBack();
  await page.locator('#import-file').waitFor({state: 'attached'});
  await page.goForward();
  await line('Безвестная').waitFor();
  /* somebody else decides at the same batch */
  const batch = new URL(page.url()).searchParams.get('batch');
  const other = await s.as('director');
  await other.send('POST', `/imports/${batch}/resolve`, {decision: ['!2=skip']});
  await page.getByRole('button', {name: 'Применить', exact: true}).click();
  await page.getByText('Загрузка не применена').waitFor();
  await s.shot(page, 'import-moved', {full: true});
  await page.getByRole('button', {name: 'Посмотреть ещё раз'}).click();
  await page.locator('.chip', {hasText: 'без изменений'}).getByText('3').waitFor();
  await page.getByRole('button', {name: 'Применить', exact: true}).click();
  await page.getByText('Записи внесены').waitFor();
  assert.match(page.url(), /report=/);
  await page.goBack();
  await page.locator('#import-file').waitFor({state: 'attached'});
  await page.close();
});

test('a refused file is told in words of this page', async () => {
  const file = path.join(s.work, 'заметки.csv');
  await writeFile(file, cp1251('погода;ветер\r\nясно;3\r\n'));
  const page = await s.open('/import', {as: 'director'});
  await page.locator('#import-file').setInputFiles(file);
  const told = page.locator('.note-attention');
  await told.waitFor();
  assert.doesNotMatch(await told.innerText(), /letopis|--/);
  await s.shot(page, 'import-refused');
  await page.close();
});

test('who a guardian is, is asked about the guardian and not about the pupil', async () => {
  const file = path.join(s.work, 'Контингент.csv');
  const lines = ['Лунин;Лев;Ильич;9А;01.02.2011;Лунина Анна Петровна;89001234567', 'Лунина;Мирослава;Ильинична;9Б;01.03.2011;Лунина Анна Петровна;89001234567'];
  await writeFile(file, cp1251(`Фамилия;Имя;Отчество;Класс;Дата рождения;Мама;Телефон мамы\r\n${lines.join('\r\n')}\r\n`));
  const page = await s.open('/import', {as: 'director'});
  await page.locator('#import-file').setInputFiles(file);
  const row = page.locator('tbody tr', {hasText: 'Мирослава'});
  await row.getByText('нужно решение').waitFor();
  await s.axe(page, 'import-guardian');
  await row.getByRole('button', {name: /^Представитель — Лунина Анна/}).first().click();
  await row.getByText('новая запись').waitFor();
  await page.close();
});
