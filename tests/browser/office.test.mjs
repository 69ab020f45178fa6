/* The office and the sysadmin: figures, people and their roles, publication as families agreed, the log. */
import assert from 'node:assert/strict';
import {appendFile, mkdir} from 'node:fs/promises';
import {after, before, test} from 'node:test';
import {start} from './support.mjs';
import {fillPortfolio} from './story.mjs';

let s;
let teacher;
before(async () => {
  s = await start('office');
  await mkdir(`${s.work}/www`);
  await appendFile(`${s.data}/letopis.conf`, `[publish]\n\troot = ${s.work}/www\n`);
  await s.restart();
  await fillPortfolio(s);
  const found = await s.cli(['person', 'list', '--role', 'class_teacher', '--limit', '1'], {as: 'director'});
  teacher = found.items[0];
  const admin = await s.cli(['person', 'add', '--surname', 'Серверов', '--name', 'Олег'], {as: 'director'});
  await s.cli(['role', 'grant', admin.id, '--role', 'sysadmin'], {as: 'director'});
  const account = await s.cli(['account', 'create', admin.id, '--login', 'sysadmin'], {as: 'director'});
  const first = await fetch(`${s.base}/api/v1/session`, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({login: 'sysadmin', password: account.password})});
  const session = await first.json();
  const changed = await fetch(`${s.base}/api/v1/accounts/password`, {method: 'POST', body: JSON.stringify({new_password: s.password}),
    headers: {'Content-Type': 'application/json', Cookie: first.headers.get('set-cookie').split(';')[0], 'X-Letopis-CSRF': session.csrf}});
  assert.ok(changed.ok, await changed.text());
});
after(() => s?.stop());

const LOOKS = [['phone-ru', {phone: true}], ['desk-en-dark', {lang: 'en', dark: true}], ['desk-ru', {}]];
const settle = async (page) => {
  await page.locator('h1').first().waitFor();
  await page.locator('.skeleton').waitFor({state: 'detached'});
};

for (const [look, who] of LOOKS) {
  test(`every page of the director, ${look}`, async () => {
    const page = await s.open('/school', {as: 'director', ...who});
    for (const [name, address] of [['school', '/school'], ['sample', '/sample'], ['pupils', '/pupils'], ['people', '/people'], ['person', `/people/${teacher.id}`], ['classes', '/classes'], ['publish', '/publish'],
      ['access', '/access'], ['settings', '/settings']]) {
      await page.goto(address);
      await settle(page);
      await s.axe(page, name);
      await s.shot(page, `office-${name}-${look}`, {full: true});
    }
    await page.close();
  });
}

test('the sysadmin sees the installation and no portfolio', async () => {
  const page = await s.open('/system', {as: 'sysadmin'});
  for (const [name, address] of [['system', '/system'], ['plugins', '/plugins'], ['log', '/system/log'], ['settings', '/system/settings']]) {
    await page.goto(address);
    await settle(page);
    await s.axe(page, name);
    await s.shot(page, `sysadmin-${name}`, {full: true});
  }
  await page.goto('/system/log');
  await page.getByRole('link', {name: 'Строки этого запроса'}).first().click();
  await page.waitForURL(/query=/);
  await page.getByText('what=', {exact: false}).first().waitFor();
  const admin = await s.as('sysadmin');
  await assert.rejects(admin.get('/entries'), /403/);
  await assert.rejects(admin.get('/reports/school'), /403/);
});

test('a role is given and ended in the browser, and the history says by whom', async () => {
  const page = await s.open(`/people/${teacher.id}`, {as: 'director'});
  await page.getByRole('button', {name: 'Дать роль'}).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Роль', {exact: true}).selectOption('duty');
  await dialog.getByLabel('Обязанность').selectOption('olympiads');
  await dialog.getByRole('button', {name: 'Дать', exact: true}).click();
  const row = page.locator('.list-row', {hasText: 'ответственный за олимпиады'});
  await row.waitFor();
  await row.getByRole('button', {name: 'Прекратить'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Прекратить роль'}).click();
  await row.waitFor({state: 'detached'});
  const changes = await s.cli(['log', 'changes', '--limit', '2'], {as: 'director'});
  assert.deepEqual(changes.items.map((c) => c.use_case), ['role.revoke', 'role.grant']);
  await page.close();
});

test('a channel is made and published: only what the family agreed to goes out', async () => {
  const page = await s.open('/publish', {as: 'director'});
  await page.getByRole('button', {name: 'Завести площадку'}).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Название площадки').fill('Сайт школы');
  await dialog.getByLabel(/^Папка/).fill(`${s.work}/www/site`);
  await dialog.getByRole('button', {name: 'Завести', exact: true}).click();
  await page.getByRole('heading', {name: 'Сайт школы'}).waitFor();
  await settle(page);
  await s.axe(page, 'channel');
  await s.shot(page, 'office-channel', {full: true});
  await page.getByRole('button', {name: 'Опубликовать', exact: true}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Опубликовать', exact: true}).click();
  await page.getByText(/Опубликовано\.|Ход операций/).first().waitFor();
  await page.close();
});
