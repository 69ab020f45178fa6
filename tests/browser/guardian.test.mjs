/* The guardian: children side by side, a review, consents as questions with the card a stranger sees, links, objections, who looked; and a portfolio by its link. */
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {start, testdata} from './support.mjs';

let s;
const ids = {};

/* The parent of a pupil of class 9 gets a second child of nine years; the older one asks for things that wait for the parent. */
before(async () => {
  s = await start('guardian');
  const director = await s.as('director');
  const pupil = await s.as('pupil');
  const teacher = await s.as('teacher');
  ids.older = pupil.session.id;
  ids.parent = (await s.as('parent')).session.id;
  const classes = (await director.get('/classes?limit=100')).items;
  const third = classes.find((c) => c.number <= 4);
  const child = await director.send('POST', '/pupils', {surname: 'Младшая', name: 'Варвара', birth: '2017-04-04', sex: 'f', class: third?.id});
  ids.younger = child.id;
  await director.send('POST', `/pupils/${child.id}/guardians/${ids.parent}`, {kind: 'parent', from: '2020-09-01'});
  ids.entry = (await pupil.sendFiles('POST', '/entries', {pupil: ids.older, activity: 'contest', title: 'Конкурс чтецов', level: 'municipal', result: 'winner', date: '2026-10-20', organiser: 'Дворец творчества', submit: true}, {file: ['scans/02-sport-gramota-scan.jpg']})).id;
  ids.back = (await pupil.send('POST', '/entries', {pupil: ids.older, activity: 'sport', title: 'Кросс наций', level: 'school', result: 'participant', date: '2026-09-20', submit: true})).id;
  await teacher.send('POST', `/entries/${ids.entry}/verify`, {});
  await teacher.send('POST', `/entries/${ids.back}/return`, {reason: 'не видна печать'});
  await pupil.send('POST', '/reviews/ask', {pupil: ids.older, of: ids.parent, entry: ids.entry, note: 'Расскажи, как я готовился'});
  await pupil.send('POST', '/goals', {pupil: ids.older, title: 'Сдать ГТО на золото', plan: 'Бегать по вторникам', due: '2027-05-20'});
  await pupil.send('POST', '/consents', {pupil: ids.older, purpose: 'image'});
  const work = await pupil.sendFiles('POST', '/entries', {pupil: ids.older, activity: 'art', kind: 'work', title: 'Натюрморт с яблоками', date: '2026-10-02', submit: true}, {file: ['scans/05-art-laureate.png']});
  await teacher.send('POST', `/entries/${work.id}/verify`, {});
  ids.address = (await pupil.send('POST', '/shares', {pupil: ids.older, title: 'Для тренера', field: ['name', 'title', 'result', 'document']})).address;
});
after(() => s?.stop());

const sizes = [['phone', 'ru', {phone: true}], ['desk', 'en', {lang: 'en', dark: true}], ['wide', 'ru', {}]];

for (const [size, lang, who] of sizes) {
  test(`every page of the place, ${lang}, ${size}`, async () => {
    const page = await s.open('/children', {as: 'parent', ...who});
    await page.getByRole('region', {name: /Варвара/}).waitFor();
    await s.axe(page, 'children');
    await s.shot(page, `guardian-children-${size}`, {full: true});
    for (const [address, name] of [[`/pupils/${ids.older}`, 'child'], [`/pupils/${ids.older}/reviews`, 'reviews'], [`/pupils/${ids.older}/goals`, 'goals'], [`/pupils/${ids.younger}/links`, 'links'],
      [`/pupils/${ids.older}/objections`, 'objections'], [`/consents?child=${ids.older}`, 'consents'], [`/access?child=${ids.older}`, 'access'], ['/children/add', 'whose'], ['/notices', 'notices']]) {
      await page.goto(address);
      await page.locator('h1').first().waitFor();
      await page.locator('.skeleton, [aria-busy=true]').first().waitFor({state: 'detached'});
      await s.axe(page, name);
      await s.shot(page, `guardian-${name}-${size}`, {full: true});
    }
    await page.close();
  });
}

test('a portfolio has one address: the old ones lead to it, and back does not stumble over them', async () => {
  const page = await s.open('/children', {as: 'parent', phone: true});
  await page.evaluate((id) => { const a = document.createElement('a'); a.href = `/children/${id}?section=study#main`; a.textContent = 'old'; document.querySelector('main').prepend(a); }, ids.older);
  await page.getByRole('link', {name: 'old'}).click();
  await page.locator('.portfolio-head').waitFor();
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, `/pupils/${ids.older}?section=study`);
  await page.getByRole('link', {name: 'Возражения'}).click();
  await page.getByRole('heading', {level: 2, name: 'Возражения'}).first().waitFor({state: 'attached'});
  assert.equal(new URL(page.url()).pathname, `/pupils/${ids.older}/objections`);
  await page.goBack();
  await page.locator('.portfolio-head').waitFor();
  await page.goBack();
  await page.getByRole('heading', {level: 1, name: 'Дети'}).waitFor();
  assert.equal(new URL(page.url()).pathname, '/children');
  await page.goto(`/children/${ids.older}/goals`);
  await page.locator('h1').first().waitFor();
  await page.waitForURL(`**/pupils/${ids.older}/goals`);
  await page.close();
  /* a teacher who was sent the parent's address sees what a teacher sees there */
  const teacher = await s.open(`/children/${ids.older}`, {as: 'teacher'});
  await teacher.locator('.portfolio-head').waitFor();
  assert.equal(new URL(teacher.url()).pathname, `/pupils/${ids.older}`);
  assert.equal(await teacher.getByRole('link', {name: 'Ссылки'}).count(), 0, 'the guardian’s tabs');
  await teacher.close();
});

test('what is new and what awaits stands on the child’s card', async () => {
  const page = await s.open('/children', {as: 'parent', phone: true});
  const older = page.locator('section.child', {has: page.locator(`a[href="/pupils/${ids.older}"]`)}).first();
  await older.getByText(/Вернули на доработку|вернули на доработку/).waitFor();
  await older.getByText('Просят отзыв: «Расскажи, как я готовился»').waitFor();
  await older.getByText(/Ссылка на портфолио ждёт подтверждения: Для тренера/).waitFor();
  await older.getByText(/Нужна ваша подпись/).waitFor();
  const younger = page.getByRole('region', {name: /Варвара/});
  assert.equal(await younger.getByText('Кросс наций').count(), 0, 'another child’s record');
  await older.getByRole('link', {name: 'Написать', exact: true}).click();
  /* a review with the help of a phrase */
  await page.getByRole('button', {name: 'Больше всего мне понравилось'}).first().click();
  const text = page.getByRole('textbox', {name: 'Отзыв'}).first();
  assert.equal(await text.inputValue(), 'Больше всего мне понравилось ');
  await text.press('End');
  await text.pressSequentially('как он учил стихи.');
  await page.getByRole('button', {name: 'Отправить отзыв'}).first().click();
  await page.locator('.said-text', {hasText: 'Больше всего мне понравилось как он учил стихи.'}).waitFor();
  await page.close();
});

test('a consent waits for the second signature and is read before it is signed', async () => {
  const page = await s.open(`/consents?child=${ids.older}`, {as: 'parent', phone: true});
  const image = page.locator('#image-');
  await image.getByText(/Не хватает вашей подписи/).waitFor();
  await image.getByRole('button', {name: 'Прочитать и подписать'}).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/использовать изображение ребёнка/).waitFor();
  await dialog.getByText('Ребёнок уже подписал.', {exact: false}).waitFor();
  await s.axe(page, 'text of a consent');
  await s.shot(page, 'guardian-consent-text-phone');
  await dialog.getByRole('button', {name: 'Отмена'}).click();
  await image.getByText(/Не хватает вашей подписи/).waitFor();
  await image.getByRole('button', {name: 'Прочитать и подписать'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Подписать'}).click();
  await image.getByText('действует', {exact: true}).waitFor();
  const consents = (await (await s.as('pupil')).get(`/consents?pupil=${ids.older}&state=active`)).items;
  assert.ok(consents.some((c) => c.purpose === 'image'));
  await page.close();
});

test('field by field, with the card a stranger would see; off at first; withdrawn at once', async () => {
  const parent = await s.as('parent');
  const asked = (await parent.get(`/consents/questions?pupil=${ids.younger}`)).items;
  assert.ok(asked.filter((q) => q.may).every((q) => q.state === 'none' && !q.covered?.length), 'nothing is on before somebody signed');
  const page = await s.open(`/consents?child=${ids.younger}`, {as: 'parent'});
  const site = page.locator('section.question', {has: page.locator('.by-fields')}).first();
  await site.getByText('Сейчас посторонний не увидит ничего.').waitFor();
  const sign = site.getByRole('button', {name: 'Прочитать и подписать'});
  assert.ok(await sign.isDisabled());
  await site.locator('input[value=title]').check();
  await site.getByText('Имя не отмечено — не видно ничего.').waitFor();
  await site.locator('input[value=name]').check();
  await site.locator('.public-card').getByText('Младшая Варвара').waitFor();
  assert.equal(await site.locator('.public-card').getByText(/класс/).count(), 0, 'the class is not ticked');
  await s.shot(page, 'guardian-consent-fields-wide', {full: true});
  await sign.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Показывать только:').waitFor();
  assert.equal(await dialog.getByRole('listitem').count(), 2);
  await dialog.getByRole('button', {name: 'Подписать'}).click();
  await site.getByText('действует', {exact: true}).waitFor();
  await site.getByRole('button', {name: 'Отозвать всё'}).click();
  await page.getByRole('dialog').getByText(/Показ прекратится сразу/).waitFor();
  await page.getByRole('dialog').getByRole('button', {name: 'Отозвать'}).click();
  await site.getByText('Сейчас посторонний не увидит ничего.').waitFor();
  /* the switch of a plain question opens its text and stays off until it is signed */
  const processing = page.locator('#processing-');
  await processing.getByRole('switch').click();
  await page.getByRole('dialog').getByRole('button', {name: 'Отмена'}).click();
  assert.equal(await processing.getByRole('switch').isChecked(), false);
  await processing.getByRole('switch').click();
  await page.getByRole('dialog').getByRole('button', {name: 'Подписать'}).click();
  await processing.getByText('действует', {exact: true}).waitFor();
  await page.close();
});

test('adding for the child, from the child’s card', async () => {
  const page = await s.open('/children', {as: 'parent', phone: true});
  await page.getByRole('region', {name: /Варвара/}).getByRole('link', {name: 'Добавить', exact: true}).click();
  await page.locator('input[type=file][multiple]').setInputFiles([testdata('scans/04-thanks-photo.jpg')]);
  await s.axe(page, 'add for the child');
  await s.shot(page, 'guardian-add-phone', {full: true});
  await page.getByRole('button', {name: 'Дальше', exact: true}).click();
  await page.getByRole('button', {name: 'Олимпиада', exact: true}).click();
  await page.getByLabel('Какая олимпиада').fill('Школьная олимпиада малышей');
  await page.locator('.segment', {hasText: 'школьный'}).click();
  await page.getByLabel('Итог участия').selectOption('winner');
  await page.getByRole('button', {name: 'Отправить', exact: true}).click();
  await page.getByRole('link', {name: 'Школьная олимпиада малышей'}).first().waitFor();
  const parent = await s.as('parent');
  const made = (await parent.get(`/entries?pupil=${ids.younger}`)).items.find((e) => e.title === 'Школьная олимпиада малышей');
  assert.equal(made.state, 'submitted');
  assert.equal(made.source, 'guardian');
  assert.equal(made.files, 1);
  await page.close();
});

test('a link for a small child: made, opened by a stranger, closed', async () => {
  const page = await s.open(`/children/${ids.younger}/links`, {as: 'parent', phone: true});
  await page.getByText('Сделать ссылку').first().click();
  await page.getByLabel('Для кого').fill('Бабушке');
  await page.getByRole('button', {name: 'Сделать ссылку'}).click();
  const dialog = page.getByRole('dialog');
  const address = await dialog.getByLabel('Адрес ссылки').inputValue();
  assert.match(address, /\/s#lt_/);
  await dialog.getByRole('img', {name: 'QR-код ссылки'}).waitFor();
  await s.axe(page, 'a link made');
  await s.shot(page, 'guardian-link-made-phone');
  await dialog.getByRole('button', {name: 'Готово'}).click();
  await page.getByRole('heading', {name: 'Бабушке'}).waitFor();
  for (const [size, lang, who] of sizes) {
    const stranger = await s.open(new URL(address).pathname + new URL(address).hash, who);
    await stranger.getByRole('heading', {name: 'Младшая Варвара'}).waitFor();
    await s.axe(stranger, `by a link, ${lang}, ${size}`);
    await s.shot(stranger, `public-share-${size}`);
    await stranger.close();
  }
  await page.getByRole('button', {name: 'Закрыть ссылку'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Закрыть ссылку'}).click();
  await page.getByText('закрыта', {exact: true}).waitFor();
  const late = await s.open(new URL(address).pathname + new URL(address).hash, {phone: true});
  await late.getByRole('heading', {name: 'Ссылка не работает'}).waitFor();
  await s.axe(late, 'a link that is closed');
  await late.close();
  await page.close();
});

test('the link of an older child is confirmed by the parent', async () => {
  const page = await s.open(`/children/${ids.older}/links`, {as: 'parent'});
  await page.getByText(/С 14 лет ссылку делает/).waitFor();
  assert.equal(await page.getByLabel('Для кого').count(), 0);
  await page.getByRole('button', {name: 'Подтвердить ссылку'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Подтвердить ссылку'}).click();
  await page.getByText('работает', {exact: true}).waitFor();
  await page.close();
  /* the picture that the family made a public copy of is there, the scan of the diploma is not */
  const parent = await s.as('parent');
  const work = (await parent.get(`/entries?pupil=${ids.older}`)).items.find((e) => e.title === 'Натюрморт с яблоками');
  await parent.send('POST', `/entries/${work.id}/files/mask`, {path: (await parent.get(`/entries/${work.id}`)).files[0].path, as_is: true});
  const stranger = await s.open(ids.address, {});
  const picture = stranger.getByRole('img', {name: /Натюрморт с яблоками/});
  await picture.waitFor();
  assert.ok(await picture.evaluate((i) => i.decode().then(() => i.naturalWidth > 100)));
  assert.equal(await stranger.getByRole('img').count(), 1);
  await s.axe(stranger, 'a portfolio with pictures by its link');
  await s.shot(stranger, 'public-pictures', {full: true});
  assert.ok(!/20 октября|Дворец|9А/.test(await stranger.locator('main').first().innerText()), 'fields that were not chosen');
  await stranger.close();
});

test('an objection: hidden at once, with its term', async () => {
  const page = await s.open(`/children/${ids.older}/objections`, {as: 'parent', phone: true});
  await page.getByRole('button', {name: 'Возразить против записи'}).click();
  await page.getByLabel('Какая запись').selectOption({label: 'Конкурс чтецов, 20 октября 2026'});
  await page.getByLabel('Расскажите подробнее').fill('Конкурс был районный');
  await page.getByRole('button', {name: 'Отправить возражение'}).click();
  await page.getByText(/ответят до/).waitFor();
  await page.locator('.said-text', {hasText: 'Конкурс был районный'}).waitFor();
  const teacher = await s.as('teacher');
  const waits = (await teacher.get('/entries/disputes')).items.find((d) => d.entry === ids.entry);
  assert.ok(waits && waits.open && waits.due, 'the teacher sees the same objection');
  await teacher.send('POST', `/entries/${ids.entry}/answer`, {outcome: 'corrected', text: 'Исправили уровень'});
  await page.reload();
  await page.getByText('Исправили уровень').waitFor();
  await page.close();
});

test('who looked is told in words and without contacts', async () => {
  const page = await s.open(`/access?child=${ids.older}`, {as: 'parent'});
  await page.locator('.looked').first().waitFor();
  assert.equal(await page.getByText('Вы', {exact: true}).count(), 0, 'one’s own looks do not hide the others');
  await page.getByRole('button', {name: 'Показать и мои обращения'}).click();
  await page.getByText('Вы', {exact: true}).first().waitFor();
  const words = await page.locator('.lister').innerText();
  assert.match(words, /Вы\n/);
  assert.ok(!/[0-9a-f]{8}-[0-9a-f]{4}/.test(words), 'no id stands for a person');
  assert.ok(!/\b[a-z]+\.[a-z_]+\b/.test(words), 'no id stands for an act');
  await page.close();
});
