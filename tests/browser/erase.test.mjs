/* Destruction of a portfolio: what goes is shown, only the number typed once more lets it go, and the pupil is gone afterwards. */
import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import {after, before, test} from 'node:test';
import {start} from './support.mjs';
import {fillPortfolio} from './story.mjs';

let s;
let pupil;
before(async () => {
  s = await start('erase');
  ({pupil} = await fillPortfolio(s));
});
after(() => s?.stop());

const address = () => `/pupils/${pupil.session.id}/erase`;
const settle = async (page) => {
  await page.locator('h1').first().waitFor();
  await page.locator('.skeleton').waitFor({state: 'detached'});
};

for (const [look, who] of [['phone-ru', {phone: true}], ['desk-en-dark', {lang: 'en', dark: true}], ['desk-ru', {}]]) {
  test(`the preview, ${look}`, async () => {
    const page = await s.open(address(), {as: 'director', ...who});
    await settle(page);
    await s.axe(page, 'erase');
    await s.shot(page, `erase-${look}`, {full: true});
    await page.close();
  });
}

test('a wrong confirmation changes nothing, the right one takes all away', async () => {
  const page = await s.open(`/pupils/${pupil.session.id}`, {as: 'director'});
  await page.getByRole('link', {name: /Уничтожить портфолио/}).click();
  await settle(page);
  const director = await s.as('director');
  const plan = await director.send('POST', `/pupils/${pupil.session.id}/erase`, {preview: true});
  await page.getByLabel('Основание').selectOption('withdrawn');
  await page.getByLabel('Причина').fill('Заявление семьи');
  const confirm = page.getByLabel(plan.pupil.number ? 'Номер личного дела' : 'Фамилия, имя и отчество ученика');
  await confirm.fill('не то');
  await page.getByRole('button', {name: 'Уничтожить портфолио'}).click();
  await page.getByText('Подтверждение не совпало').first().waitFor();
  assert.equal((await director.get(`/pupils/${pupil.session.id}`)).id, pupil.session.id);
  await confirm.fill(plan.confirm);
  await page.getByRole('button', {name: 'Уничтожить портфолио'}).click();
  await page.getByRole('heading', {name: 'Портфолио уничтожено'}).waitFor();
  await s.axe(page, 'erased');
  await s.shot(page, 'erase-done', {full: true});
  await assert.rejects(director.get(`/pupils/${pupil.session.id}`), /404/);
  await page.getByRole('link', {name: 'Акты об уничтожении'}).click();
  await page.getByText('Заявление семьи').first().waitFor();
  await s.axe(page, 'erasures');
  await s.shot(page, 'erasures', {full: true});
  await page.close();
});

test('a portfolio that an import taken back has left empty is found, and destroyed', async () => {
  const file = `${s.data}-roster.csv`;
  await writeFile(file, 'Фамилия;Имя;Отчество;Дата рождения;Пол;Класс;Личное дело\nПодберёзкина;Евпраксия;Саввишна;23.02.2011;ж;9А;П-5517\n');
  const applied = await s.cli(['import', 'apply', '--format', 'roster', '--file', file]);
  const director = await s.as('director');
  await director.send('POST', `/imports/${applied.batch}/undo`);
  const page = await s.open('/erasures', {as: 'director', phone: true});
  await page.getByRole('heading', {name: 'Портфолио, опустевшие после отмены импорта'}).waitFor();
  await s.axe(page, 'emptied');
  await s.shot(page, 'erasures-emptied', {full: true});
  await page.getByRole('link', {name: /Подберёзкина Евпраксия/}).click();
  await page.getByLabel('Основание').selectOption('mistake');
  await page.getByLabel('Причина').fill('Список другой школы');
  await page.getByLabel('Номер личного дела').fill('П-5517');
  await page.getByRole('button', {name: 'Уничтожить портфолио'}).click();
  await page.getByRole('heading', {name: 'Портфолио уничтожено'}).waitFor();
  assert.deepEqual((await director.get('/pupils/emptied')).items, []);
  await page.close();
});
