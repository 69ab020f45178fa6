/* Awards: the deputy head's kinds, a class teacher who nominates whoever fulfils one, the answer with a reason, the agreement. */
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {start} from './support.mjs';

let s;
before(async () => { s = await start('awards'); });
after(() => s?.stop());

const settle = async (page) => {
  await page.locator('h1').first().waitFor();
  await page.locator('.skeleton').waitFor({state: 'detached'});
};

test('from a kind of award to the agreement', async () => {
  const head = await s.open('/awards', {as: 'director'});
  await settle(head);
  await s.axe(head, 'awards without kinds');
  await head.getByRole('link', {name: 'Добавить вид поощрения'}).click();
  await head.getByRole('button', {name: 'Добавить вид поощрения'}).click();
  const dialog = head.getByRole('dialog');
  await dialog.getByLabel('Поощрение').fill('Похвальный лист');
  await dialog.getByLabel('олимпиада').check();
  await dialog.getByLabel('Уровень не ниже').selectOption('municipal');
  await s.axe(head, 'kind of award');
  await s.shot(head, 'awards-kind-desk');
  await dialog.getByRole('button', {name: 'Сохранить'}).click();
  await head.getByText('Похвальный лист').waitFor();
  await s.axe(head, 'kinds of awards');

  const teacher = await s.open('/awards/new', {as: 'teacher', phone: true});
  await settle(teacher);
  await teacher.getByText('Выполнил 1 ученик').waitFor();
  await s.axe(teacher, 'nominate');
  await s.shot(teacher, 'awards-nominate-phone', {full: true});
  await teacher.getByRole('button', {name: /^Представить:/}).click();
  const form = teacher.getByRole('dialog');
  await form.getByLabel('За что').fill('За призовое место');
  await form.getByRole('button', {name: 'Отправить'}).click();
  await teacher.getByText('уже представлен').waitFor();

  await head.goto('/awards');
  await settle(head);
  await s.axe(head, 'board of nominations');
  await s.shot(head, 'awards-board-desk', {full: true});
  await head.locator('.award-card').click();
  await settle(head);
  await head.getByText('За призовое место').first().waitFor();
  await head.getByRole('link', {name: /Всероссийская олимпиада/}).waitFor();
  await head.getByRole('button', {name: 'Вернуть'}).click();
  await head.getByRole('dialog').getByLabel('Причина').fill('Напишите предмет');
  await head.getByRole('dialog').getByRole('button', {name: 'Вернуть'}).click();
  await head.getByText('на доработке').waitFor();

  await teacher.goto('/awards');
  await settle(teacher);
  await teacher.locator('.award-card').click();
  await teacher.getByText('Напишите предмет').waitFor();
  await teacher.getByRole('button', {name: 'Представить снова'}).click();
  await teacher.getByRole('dialog').getByLabel('За что').fill('За призовое место по математике');
  await teacher.getByRole('dialog').getByRole('button', {name: 'Отправить'}).click();
  await teacher.getByText('ждёт согласования').waitFor();
  assert.equal(await teacher.getByRole('button', {name: 'Согласовать'}).count(), 0, 'a teacher is not asked to agree');

  await head.reload();
  await head.getByRole('button', {name: 'Согласовать'}).click();
  await head.getByRole('dialog').getByRole('button', {name: 'Согласовать'}).click();
  await head.locator('.mark-good').getByText('согласовано').waitFor();
  await s.axe(head, 'a nomination agreed to');
  await s.shot(head, 'awards-agreed-desk', {full: true});
  const found = await (await s.as('teacher')).get('/awards');
  assert.deepEqual(found.items.map((a) => a.state), ['agreed']);
  assert.deepEqual((await (await s.as('pupil')).get('/awards')).items, []);
});

test('in English and dark', async () => {
  for (const [who, address] of [['director', '/awards'], ['teacher', '/awards'], ['director', '/awards/kinds'], ['teacher', '/awards/new']]) {
    const page = await s.open(address, {as: who, lang: 'en', dark: true});
    await settle(page);
    await s.axe(page, address);
    await page.close();
  }
});
