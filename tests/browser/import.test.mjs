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
    if (await select.inputValue() === role) continue;
    const answered = page.waitForResponse((r) => /\/map$/.test(r.url()));
    await select.selectOption(role);
    await answered;
    if (!await map.evaluate((el) => el.open)) await map.locator('summary').click();
  }
  await s.shot(page, 'import-mapping', {full: true});
  const facts = page.locator('.note', {hasText: 'скажите'}).first();
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
  await page.locator('.import-counts').waitFor();
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
