/* The class teacher: what waits is checked with the keyboard, on a phone and together; the class as marks; slips, forms and scans; one event for many;
 * a file with doubts. */
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {start, testdata} from './support.mjs';
import {fillPortfolio} from './story.mjs';

let s;
let klass;
before(async () => {
  s = await start('teacher');
  const {teacher} = await fillPortfolio(s);
  klass = (await teacher.get('/classes')).items.find((c) => c.name === '9А');
});
after(() => s?.stop());

const settle = async (page) => {
  await page.locator('h1').first().waitFor();
  await page.locator('.skeleton').first().waitFor({state: 'detached'});
};
const LOOKS = [['phone-ru', {phone: true}], ['desk-en-dark', {lang: 'en', dark: true}], ['desk-ru', {}]];
const submitted = async (title, more = {}) => {
  const pupil = await s.as('pupil');
  return pupil.sendFiles('POST', '/entries', {activity: 'contest', kind: 'achievement', level: 'municipal', result: 'winner', date: '2026-10-02', title, pupil: pupil.session.id, submit: true, ...more}, {file: []});
};

for (const [look, who] of LOOKS) {
  test(`every page of the teacher, ${look}`, async () => {
    const page = await s.open('/check', {as: 'teacher', ...who});
    for (const [name, address] of [['check', '/check'], ['class', '/class'], ['accounts', '/class/accounts'], ['consents', '/class/consents'], ['events', '/events'], ['event-new', '/events/new'],
      ['reviews', '/class/reviews'], ['disputes', '/class/disputes'], ['import', '/import']]) {
      await page.goto(address);
      await settle(page);
      await s.axe(page, name);
      await s.shot(page, `teacher-${name}-${look}`, {full: name !== 'check'});
    }
    await page.context().close();
  });
}

test('the queue by the keyboard: next, return with a phrase, verify, down to nothing', async () => {
  await submitted('Конкурс чтецов «Живое слово»');
  await submitted('Фотоконкурс «Мой город»');
  const page = await s.open('/check', {as: 'teacher'});
  await page.locator('.check-title').waitFor();
  const waiting = await page.locator('.check-row').count();
  assert.ok(waiting >= 3);
  const first = await page.locator('.check-title').innerText();
  await page.keyboard.press('j');
  await page.locator('.check-row').nth(1).and(page.locator('[aria-current]')).waitFor();
  await page.locator('.check-title').filter({hasNotText: first}).waitFor();
  await page.keyboard.press('k');
  await page.locator('.check-title', {hasText: first}).waitFor();
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'check-search');
  await page.keyboard.type('Фотоконкурс');
  await page.locator('.check-row').nth(1).waitFor({state: 'detached'});
  await page.locator('.check-row').first().click();
  await page.locator('.check-title', {hasText: 'Фотоконкурс'}).waitFor();
  await page.locator('.check-title').click();
  await page.keyboard.press('r');
  await s.axe(page, 'return dialog');
  await s.shot(page, 'teacher-return-desk');
  await page.locator('dialog .phrase').first().click();
  await page.locator('.toast', {hasText: 'Возвращено'}).waitFor();
  await page.locator('#check-search').fill('');
  for (let left = waiting - 1; left > 0; left--) {
    await page.locator('.check-verify').waitFor();
    await page.locator('.check-title').click();
    await page.keyboard.press('v');
    if (left > 1) await page.locator('.check-left', {hasText: String(left - 1)}).waitFor();
  }
  await page.getByText('Всё проверено. Спасибо!').waitFor();
  await s.axe(page, 'nothing to check');
  await s.shot(page, 'teacher-check-finished');
  await page.context().close();
});

test('an own phrase is kept and stands first the next time', async () => {
  await submitted('Конкурс плакатов');
  const page = await s.open('/check', {as: 'teacher'});
  await page.locator('.check-return').click();
  await page.locator('#reason').fill('Принесите, пожалуйста, оригинал');
  await page.locator('dialog .tick').click();
  await page.locator('dialog .dialog-actions .button-primary').click();
  await page.locator('.toast', {hasText: 'Возвращено'}).waitFor();
  await submitted('Конкурс плакатов, ещё один');
  await page.reload();
  await page.locator('.check-return').click();
  await page.locator('dialog .phrase').first().filter({hasText: 'Принесите, пожалуйста, оригинал'}).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.check-verify').click();
  await page.locator('.toast', {hasText: 'Подтверждено'}).waitFor();
  await page.context().close();
});

test('two teachers and one entry: the second is told, nothing is decided twice or unseen', async () => {
  const entry = await submitted('Турнир по шахматам');
  const director = await s.open(`/check?entry=${entry.id}`, {as: 'teacher'});
  const teacher = await s.open(`/check?entry=${entry.id}`, {as: 'teacher'});
  await director.locator('.check-verify').waitFor();
  await teacher.locator('.check-verify').waitFor();
  await director.locator('.check-verify').click();
  await director.locator('.toast', {hasText: 'Подтверждено'}).waitFor();
  await teacher.locator('.check-verify').click();
  await teacher.locator('.toast', {hasText: 'уже проверил коллега'}).waitFor();
  await director.context().close();
  await teacher.context().close();
  /* and one that changed meanwhile is shown anew instead of being verified unseen */
  const other = await submitted('Турнир по шашкам');
  const page = await s.open(`/check?entry=${other.id}`, {as: 'teacher'});
  await page.locator('.check-title', {hasText: 'Турнир по шашкам'}).waitFor();
  const pupil = await s.as('pupil');
  await pupil.send('PATCH', `/entries/${other.id}`, {title: 'Турнир по шашкам, финал', revision: other.revision});
  await page.locator('.check-verify').click();
  await page.locator('.check-title', {hasText: 'финал'}).waitFor();
  await page.locator('.toast', {hasText: 'изменилась'}).waitFor();
  assert.equal((await pupil.get(`/entries/${other.id}`)).state, 'submitted');
  await page.locator('.check-verify').click();
  await page.locator('.toast', {hasText: 'Подтверждено'}).waitFor();
  await page.context().close();
});

test('alike ones are looked through side by side and verified with one press', async () => {
  const teacher = await s.as('teacher');
  const found = (await teacher.get(`/pupils?class=${klass.id}&limit=4`)).items;
  const pupil = await s.as('pupil');
  await submitted('Городская викторина');
  /* two more of the class: nobody verifies the own input, so not by the teacher's hand */
  for (const p of found.filter((x) => x.id !== pupil.session.id).slice(0, 2)) {
    await s.cli(['entry', 'add', '--pupil', p.id, '--activity', 'contest', '--kind', 'achievement', '--section', 'extracurricular', '--level', 'municipal', '--result', 'winner', '--date', '2026-10-02', '--title', 'Городская викторина', '--submit']);
  }
  const page = await s.open('/check', {as: 'teacher'});
  await page.locator('.check-row', {hasText: 'Городская викторина'}).first().click();
  await page.getByRole('button', {name: 'Посмотреть вместе'}).click();
  await page.locator('.together-row').nth(2).waitFor();
  await s.axe(page, 'together');
  await s.shot(page, 'teacher-together-desk');
  await page.getByRole('button', {name: 'Подтвердить отмеченные'}).click();
  await page.locator('.toast', {hasText: 'Подтверждено 3 записи'}).waitFor();
  await page.context().close();
});

test('on a phone one thing at a time', async () => {
  const entry = await submitted('Школьный спектакль');
  const page = await s.open('/check', {as: 'teacher', phone: true});
  await page.locator('.check-row', {hasText: 'Школьный спектакль'}).click();
  await page.locator('.check-verify').waitFor();
  assert.equal(await page.locator('.check-queue').isVisible(), false);
  await s.axe(page, 'check one');
  await s.shot(page, 'teacher-check-one-phone');
  await page.locator('.check-back').click();
  await page.locator('.check-row', {hasText: 'Школьный спектакль'}).click();
  await page.locator('.check-verify').click();
  await page.locator('.toast', {hasText: 'Подтверждено'}).waitFor();
  assert.equal((await (await s.as('teacher')).get(`/entries/${entry.id}`)).state, 'verified');
  await page.context().close();
});

test('slips come as one PDF, and the list of issue is in it', async () => {
  const page = await s.open('/class/accounts', {as: 'teacher'});
  await page.locator('.family').first().waitFor();
  await page.getByRole('button', {name: 'Карточки входа'}).click();
  await page.getByRole('radio', {name: 'родителям'}).check();
  await s.axe(page, 'slips');
  await s.shot(page, 'teacher-slips-desk');
  const [file] = await Promise.all([page.waitForEvent('download', {timeout: 120000}), page.getByRole('button', {name: 'Скачать PDF'}).click()]);
  const saved = path.join(s.work, 'slips.pdf');
  await file.saveAs(saved);
  assert.match(file.suggestedFilename(), /\.pdf$/);
  const words = execFileSync('pdftotext', ['-layout', saved, '-'], {encoding: 'utf8'});
  assert.match(words, /Ведомость выдачи карточек родителям/);
  assert.match(words, /63-ФЗ/);
  await page.context().close();
});

test('a form goes out, comes back as a scan and is entered after a look', async () => {
  const page = await s.open('/class/consents', {as: 'teacher'});
  await page.getByRole('button', {name: 'Бланки'}).click();
  await s.axe(page, 'forms');
  const [file] = await Promise.all([page.waitForEvent('download', {timeout: 120000}), page.getByRole('button', {name: 'Скачать PDF'}).click()]);
  const saved = path.join(s.work, 'forms.pdf');
  await file.saveAs(saved);
  execFileSync('pdfseparate', ['-f', '1', '-l', '1', saved, path.join(s.work, 'one.pdf')]);
  await page.goto('/class/consents');
  await page.getByRole('button', {name: 'Внести сканы'}).click();
  await page.locator('#scan-files').setInputFiles([path.join(s.work, 'one.pdf'), testdata('scans/04-thanks-photo.jpg')]);
  await page.getByRole('button', {name: 'Загрузить'}).click();
  await page.locator('.check-row', {hasText: 'сверить'}).first().waitFor({timeout: 60000});
  await page.locator('.check-row', {hasText: 'код не распознан'}).waitFor();
  await s.axe(page, 'scan');
  await s.shot(page, 'teacher-scan-desk');
  await page.locator('.check-side input[type=radio]').first().check();
  await page.locator('input[type=date]').fill('2026-11-01');
  await page.getByRole('button', {name: 'Внести согласие'}).click();
  await page.locator('.toast', {hasText: 'Внесено'}).or(page.locator('.errors')).first().waitFor();
  assert.equal(await page.locator('.errors:visible').count(), 0, await page.locator('.errors').innerText().catch(() => ''));
  /* the sheet that no machine could read is named by hand */
  await page.locator('.check-row', {hasText: 'код не распознан'}).click();
  await page.locator('select[name=pupil] option').nth(3).waitFor({state: 'attached'});
  await page.locator('select[name=pupil]').selectOption({index: 3});
  await page.locator('select[name=purpose]').selectOption('image');
  await page.getByRole('button', {name: 'Дальше'}).click();
  await page.locator('.check-side input[type=radio]').first().check();
  await page.locator('input[type=date]').fill('2026-11-02');
  await s.axe(page, 'scan named');
  await page.getByRole('button', {name: 'Внести согласие'}).click();
  await page.getByText('Все распознанные листы внесены').waitFor();
  await page.locator('.check-row', {hasText: 'внесено'}).nth(1).waitFor();
  await page.context().close();
});

test('one event for many: ticked, an exception, entered in one step, taken back', async () => {
  const page = await s.open('/events/new', {as: 'teacher'});
  await page.locator('.pick-row').nth(2).waitFor();
  await page.getByLabel('Название').fill('Поход в музей');
  await page.getByLabel('Вид деятельности').or(page.locator('select[name=activity]')).first().selectOption('other');
  await page.locator('select[name=level]').selectOption('school');
  for (const i of [0, 1, 2]) await page.locator('.pick-row input').nth(i).check();
  await page.locator('.pick-own').nth(1).selectOption('winner');
  await s.axe(page, 'event');
  await s.shot(page, 'teacher-event-desk', {full: true});
  await page.getByRole('button', {name: 'Внести в портфолио'}).click();
  await page.locator('.toast', {hasText: 'Внесено в портфолио'}).waitFor();
  await page.locator('.list-row').nth(2).waitFor();
  await s.axe(page, 'event closed');
  await page.getByRole('button', {name: 'Отменить внесение'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Отменить внесение'}).click();
  await page.locator('.toast', {hasText: 'Внесение отменено'}).waitFor();
  await page.context().close();
});

test('the list of what waits as an Excel book', async () => {
  const teacher = await s.context({as: 'teacher'});
  const answer = await teacher.request.get(`/api/v1/entries?class=${klass.id}&xlsx=true`);
  assert.equal(answer.status(), 200);
  assert.match(answer.headers()['content-type'], /spreadsheetml/);
  assert.equal((await answer.body()).subarray(0, 2).toString(), 'PK');
  await teacher.close();
});

test('the words of both catalogues are used alike', async () => {
  const [ru, en] = await Promise.all(['ru', 'en'].map(async (l) => JSON.parse(await readFile(new URL(`../../web-static/i18n/${l}/teacher.json`, import.meta.url)))));
  assert.deepEqual(Object.keys(ru), Object.keys(en));
});

test('a file: shown before anything is written, applied, taken back', async () => {
  const page = await s.open('/import', {as: 'director'});
  await page.setInputFiles('#import-file', testdata('demo/roster-2.xlsx'));
  await page.locator('.import-sum').waitFor();
  await page.locator('tbody tr', {hasText: 'новая запись'}).waitFor();
  await s.shot(page, 'import-preview-desk', {full: true});
  const before = (await (await s.as('director')).get('/pupils?limit=500')).items.length;
  await page.getByRole('button', {name: 'без изменений'}).click();
  await page.locator('tbody tr', {hasText: 'новая запись'}).waitFor({state: 'detached'});
  await page.reload(); // what was filtered stays in the address
  await page.locator('tbody tr', {hasText: 'без изменений'}).first().waitFor();
  assert.equal(await page.locator('tbody tr', {hasText: 'новая запись'}).count(), 0);
  await page.getByRole('button', {name: 'без изменений'}).click();
  await page.locator('tbody tr', {hasText: 'новая запись'}).waitFor();
  assert.equal((await (await s.as('director')).get('/pupils?limit=500')).items.length, before, 'a preview writes nothing');
  await page.getByRole('button', {name: 'Применить', exact: true}).click();
  await page.locator('.note-title', {hasText: 'Готово'}).waitFor({timeout: 60000});
  await s.shot(page, 'import-done-desk');
  await page.getByRole('button', {name: 'Отменить загрузку'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Отменить загрузку'}).click();
  await page.locator('.toast', {hasText: 'Загрузка отменена'}).waitFor();
  await page.context().close();
});

test('doubtful rows are decided in place: somebody known, a class, left out, asked anew', async () => {
  const page = await s.open('/import', {as: 'director'});
  await page.setInputFiles('#import-file', testdata('traps/roster-traps.xlsx'));
  await page.locator('.import-sum').waitFor();
  await page.locator('.note', {hasText: 'решения'}).getByRole('button', {name: 'Показать только их'}).click();
  const left = page.locator('.note-title', {hasText: 'решения'});
  const many = Number((await left.innerText()).match(/\d+/)[0]);
  await s.axe(page, 'doubts');
  await page.locator('.import-choices .button', {hasText: 'Пропустить'}).first().click();
  await left.filter({hasText: String(many - 1)}).waitFor();
  await page.locator('tr', {hasText: 'такого класса нет'}).first().locator('select').selectOption('9А');
  await left.filter({hasText: String(many - 2)}).waitFor();
  await page.reload();
  await left.filter({hasText: String(many - 2)}).waitFor();
  await page.context().close();
});

test('a file of something else is refused in words, and the page goes on', async () => {
  const page = await s.open('/import', {as: 'director', phone: true});
  await page.setInputFiles('#import-file', testdata('scans/04-thanks-photo.jpg'));
  await page.locator('.note-attention').waitFor();
  await s.axe(page, 'import refused');
  await page.setInputFiles('#import-file', testdata('demo/roster-small.csv'));
  await page.locator('.import-sum').waitFor();
  await page.context().close();
});
