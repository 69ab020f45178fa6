/* Backups: the sysadmin registers two disks, makes a copy and has it checked; the director reads how it stands. */
import assert from 'node:assert/strict';
import {appendFile, mkdir} from 'node:fs/promises';
import {after, before, test} from 'node:test';
import {start} from './support.mjs';

let s;
before(async () => {
  s = await start('backups');
  await mkdir(`${s.work}/disks/one`, {recursive: true});
  await mkdir(`${s.work}/disks/two`);
  await appendFile(`${s.data}/letopis.conf`, `[backup]\n\troot = ${s.work}/disks\n`);
  await s.restart();
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

async function register(page, number, folder) {
  await page.locator('summary', {hasText: /Завести носитель/}).click();
  for (const [name, value] of [['Инвентарный номер', number], ['Где хранится', 'Сейф директора'], ['Кто отвечает за хранение', 'Петров П. П.'], ['Папка на подключённом диске', `${s.work}/disks/${folder}`]])
    await page.getByLabel(name).fill(value);
  await page.getByRole('button', {name: 'Завести носитель'}).click();
  await page.getByRole('heading', {name: `Носитель № ${number}`}).waitFor();
}

test('the sysadmin registers carriers, makes a copy and has it checked', async () => {
  const page = await s.open('/system/backups', {as: 'sysadmin'});
  await page.getByText('Носителей резервных копий ещё нет').waitFor();
  await s.axe(page, 'empty');
  await register(page, '101', 'one');
  await register(page, '102', 'two');
  for (const number of ['101', '102']) {
    const disk = page.locator('article', {hasText: `Носитель № ${number}`});
    await disk.getByRole('button', {name: 'Сделать копию'}).click();
    await disk.getByText('ещё не проверена').waitFor();
    await disk.getByRole('button', {name: 'Проверить'}).click();
    await disk.getByText(/, проверена/).waitFor();
  }
  await page.getByText('letopis backup code').waitFor();
  await s.cli(['backup', 'code']);
  await page.reload();
  await page.getByText('Всё в порядке').waitFor();
  await s.axe(page, 'good');
  await s.shot(page, 'backups-sysadmin-desk', {full: true});
  await page.close();
});

for (const [look, who] of [['phone-ru', {phone: true}], ['desk-en-dark', {lang: 'en', dark: true}]]) {
  test(`the director sees two large steps, ${look}`, async () => {
    const page = await s.open('/backups', {as: 'director', ...who});
    await page.locator('.step-large').nth(1).waitFor();
    assert.equal(await page.locator('.step-good').count(), 2);
    assert.equal(await page.getByRole('button', {name: /Сделать копию|Make a backup/}).count(), 0);
    await s.axe(page, 'director');
    await s.shot(page, `backups-director-${look}`, {full: true});
    await page.close();
  });
}
