/* What comes after adding: mending what was returned, the end of a session over a form, two people at one entry, objection, history, review,
 * goals, a link with a QR; by keyboard alone; without motion; within the budget. */
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {keptInBrowser, start, testdata} from './support.mjs';
import {fillPortfolio} from './story.mjs';

let s;
let made;
before(async () => { s = await start('mend'); made = await fillPortfolio(s); });
after(() => s?.stop());
const entryAt = (i) => made.pupil.get(`/entries/${made.entries[i].id}`);

test('the session ends in the middle of a form: signed in again over it, nothing typed is lost, the change arrives', async () => {
  const context = await s.context({as: 'pupil', phone: true});
  const page = await s.open('/portfolio', {context});
  await page.getByText('Не видна печать').waitFor();
  await page.getByRole('link', {name: 'Исправить'}).click();
  await page.getByRole('heading', {name: 'Изменить запись'}).waitFor();
  await page.getByLabel('Название').fill('Фестиваль «Краски осени», исправлено');
  await page.locator('input[type=file][multiple]').setInputFiles(testdata('scans/07-gto.webp'));
  await context.clearCookies();
  await page.getByRole('button', {name: 'Отправить', exact: true}).click();
  const over = page.getByRole('dialog', {name: 'Войдите ещё раз'});
  await over.waitFor();
  await s.axe(page, 'signing in again');
  await s.shot(page, 'session-ended-phone');
  await over.locator('[name=password]').fill('wrong');
  await over.getByRole('button', {name: 'Войти'}).click();
  await over.getByRole('alert').first().waitFor();
  await over.locator('[name=password]').fill(s.password);
  await over.getByRole('button', {name: 'Войти'}).click();
  await page.getByRole('heading', {name: 'Фестиваль «Краски осени», исправлено'}).waitFor();
  const e = await entryAt(3);
  assert.deepEqual([e.title, e.state, e.files.length], ['Фестиваль «Краски осени», исправлено', 'submitted', 2]);
  await context.close();
});

test('what was typed into an edit is there after the page was closed', async () => {
  const context = await s.context({as: 'pupil'});
  let page = await s.open(`/entries/${made.entries[5].id}/edit`, {context});
  await page.getByLabel('Тема').fill('Птицы нашего парка зимой');
  await keptInBrowser(page, 'title', 'Птицы нашего парка зимой');
  await page.close();
  page = await s.open(`/entries/${made.entries[5].id}/edit`, {context});
  await page.getByText('всё введённое на месте').waitFor();
  assert.equal(await page.getByLabel('Тема').inputValue(), 'Птицы нашего парка зимой');
  await context.close();
});

test('an entry changed meanwhile: what the other did is shown, the own words stay', async () => {
  const page = await s.open(`/entries/${made.entries[1].id}/edit`, {as: 'pupil'});
  await page.getByLabel('Организатор').fill('Лицей № 2, оргкомитет');
  const now = await entryAt(1);
  await made.pupil.send('PATCH', `/entries/${now.id}`, {subject: 'экология', submit: true, revision: now.revision});
  await page.getByRole('button', {name: 'Отправить', exact: true}).click();
  const box = page.getByRole('dialog', {name: 'Запись уже изменил кто-то другой'});
  await box.getByText('экология').waitFor();
  await s.axe(page, 'conflict');
  await s.shot(page, 'conflict-desk');
  await box.getByRole('button', {name: 'Внести мои правки поверх'}).click();
  await page.getByText('всё введённое на месте').waitFor();
  assert.equal(await page.getByLabel('Организатор').inputValue(), 'Лицей № 2, оргкомитет');
  await page.getByRole('button', {name: 'Отправить', exact: true}).click();
  await page.getByRole('heading', {name: 'Конференция «Шаг в науку»'}).waitFor();
  const e = await entryAt(1);
  assert.equal(e.organiser, 'Лицей № 2, оргкомитет');
  assert.equal(e.subject, 'экология', 'what only the other changed stays as they left it');
  await page.close();
});

test('history with what changed, objection, asking for a review', async () => {
  const page = await s.open(`/entries/${made.entries[1].id}`, {as: 'pupil', lang: 'en'});
  await page.getByText('History of the entry').click();
  await page.getByRole('button', {name: 'What changed'}).first().click();
  await page.locator('.diff ins').first().waitFor();
  await s.axe(page, 'history');
  await s.shot(page, 'history-desk-en', {full: true});
  await page.getByRole('button', {name: 'More', exact: true}).click();
  await page.getByRole('menuitem', {name: 'Ask for a review'}).click();
  await page.getByLabel('From whom').selectOption({index: 1});
  await s.axe(page, 'asking for a review');
  await page.getByRole('button', {name: 'Ask', exact: true}).click();
  await page.getByText('The request is sent').first().waitFor();
  await s.visit(page, `/entries/${made.entries[0].id}`);
  await page.getByRole('button', {name: 'More', exact: true}).click();
  await page.getByRole('menuitem', {name: 'Object'}).click();
  await page.locator('.segment').first().click();
  await page.getByLabel('Please explain').fill('I came second.');
  await s.shot(page, 'dispute-desk-en');
  await page.getByRole('button', {name: 'Send the objection'}).click();
  await page.getByText('There is an objection').waitFor();
  assert.equal((await entryAt(0)).dispute.text, 'I came second.');
  await page.close();
});

test('goals, cover, order, a link with a QR', async () => {
  const page = await s.open('/portfolio/goals', {as: 'pupil', phone: true});
  await page.getByRole('button', {name: 'Поставить цель'}).click();
  await page.getByLabel('Цель', {exact: true}).fill('Выступить на конференции');
  await page.getByRole('button', {name: 'Сохранить'}).click();
  await page.getByRole('heading', {name: 'Выступить на конференции'}).waitFor();
  await s.axe(page, 'goals with one');
  await s.shot(page, 'goals-phone', {full: true});
  await page.getByRole('button', {name: 'Достигнута'}).click();
  await page.getByLabel('Что вышло').fill('Было страшно, но получилось.');
  await page.getByRole('button', {name: 'Сохранить'}).click();
  await page.getByText('Было страшно, но получилось.').waitFor();
  await s.visit(page, '/portfolio/about');
  await page.locator('.choice', {hasText: 'Листья'}).click();
  await page.getByText('Сохранено.').first().waitFor();
  await s.visit(page, '/portfolio/order');
  await page.getByRole('button', {name: /^Выше: Птицы|^Выше: Летняя/}).first().click();
  await page.getByRole('button', {name: 'Отметить как значимое'}).first().click();
  await page.getByRole('button', {name: 'Снять отметку «значимое»'}).first().waitFor();
  await page.getByRole('button', {name: 'Сохранить порядок'}).click();
  await s.visit(page, '/portfolio');
  assert.ok(await page.locator('.portfolio-head.cover-leaves').count());
  await page.getByRole('button', {name: 'Мой порядок'}).waitFor();
  await s.shot(page, 'feed-cover-phone');
  await s.visit(page, '/portfolio/shares');
  await page.getByRole('button', {name: 'Новая ссылка'}).click();
  await page.getByLabel('Для кого').fill('Приёмная комиссия');
  await s.axe(page, 'new link');
  await s.shot(page, 'share-new-phone');
  await page.getByRole('button', {name: 'Сделать ссылку'}).click();
  await page.getByRole('img', {name: 'QR-код ссылки'}).waitFor();
  await s.axe(page, 'link ready');
  await s.shot(page, 'share-ready-phone');
  assert.match(await page.getByLabel('Адрес ссылки').inputValue(), /\/s#\w+/);
  await page.close();
});

test('by keyboard alone: from the portfolio to a sent entry, with the focus always seen', async () => {
  const page = await s.open('/portfolio', {as: 'pupil', reduced: true});
  const reach = async (name, most = 60) => {
    for (let i = 0; i < most; i++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const el = document.activeElement;
        const ring = getComputedStyle(el);
        const label = el.labels?.[0]?.textContent || el.getAttribute('aria-label') || el.textContent;
        return {label: label.trim(), seen: ring.outlineStyle !== 'none' || Boolean(el.closest('.segment, .choice, .card')) };
      });
      assert.ok(at.seen, `the focus on ${at.label} is not seen`);
      if (at.label.startsWith(name)) return;
    }
    assert.fail(`${name} cannot be reached`);
  };
  await reach('К содержанию');
  await reach('Добавить');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'Что добавляем?'}).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Что добавляем?', 'the heading has the focus');
  await reach('Добавить без документа');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'Что это?'}).waitFor();
  await reach('Волонтёрство');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'Волонтёрство'}).waitFor();
  await reach('Что за дело');
  await page.keyboard.type('Субботник в парке');
  await reach('Часов');
  await page.keyboard.type('3');
  await reach('Отправить');
  await page.keyboard.press('Enter');
  await page.locator('.feed').getByRole('link', {name: 'Субботник в парке'}).waitFor();
  await page.close();
});

test('reduced motion: nothing moves', async () => {
  const page = await s.open('/portfolio', {as: 'pupil', reduced: true});
  const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((el) => {
    const c = getComputedStyle(el);
    return [...c.transitionDuration.split(','), ...c.animationDuration.split(',')].some((d) => parseFloat(d) > 0.02);
  }).map((el) => el.className));
  assert.deepEqual(moving, []);
  await page.close();
});

test('the first view: under 150 KB over the wire without pictures, and nothing shifts', async () => {
  const context = await s.context({as: 'pupil', phone: true});
  const page = await s.open(null, {context});
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  const kinds = new Map();
  let bytes = 0;
  let meta = 0;
  page.on('response', async (r) => { if (r.url().includes('/api/v1/meta')) meta += (await r.body()).length; });
  cdp.on('Network.responseReceived', (e) => kinds.set(e.requestId, e.type));
  cdp.on('Network.loadingFinished', (e) => { if (kinds.get(e.requestId) !== 'Image') bytes += e.encodedDataLength; });
  await page.addInitScript(() => {
    window.shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((e) => { window.shift += e.hadRecentInput ? 0 : e.value; })).observe({type: 'layout-shift', buffered: true});
  });
  await page.goto('/portfolio');
  await page.locator('.feed .card img.seen').first().waitFor();
  await page.waitForLoadState('networkidle');
  assert.ok(bytes < 150 * 1024, `${bytes} bytes`);
  assert.ok(meta > 10000 && meta < 60 * 1024, `${meta} bytes of fields and words, unpacked`);
  const shift = await page.evaluate(() => window.shift);
  assert.ok(shift < 0.05, `the layout shifts by ${shift}`);
  console.log(`first view ${bytes} bytes, fields and words ${meta} bytes unpacked, shift ${shift.toFixed(3)}`);
  await context.close();
});

test('the address holds the choice, back returns to the same place, search suggests, the archive is taken away', async () => {
  const page = await s.open('/portfolio', {as: 'pupil'});
  await page.getByRole('button', {name: 'Внеурочная деятельность'}).click();
  assert.equal(new URL(page.url()).searchParams.get('section'), 'extracurricular');
  const card = page.locator('.feed').getByRole('link', {name: /Осенний кросс/});
  await card.scrollIntoViewIfNeeded();
  const y = await page.evaluate(() => window.scrollY);
  await card.click();
  await page.getByRole('heading', {level: 1, name: /Осенний кросс/}).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1', 'the heading of the new page has the focus');
  assert.match(await page.title(), /Осенний кросс/);
  await page.goBack();
  await page.locator('.chip[aria-pressed=true]', {hasText: 'Внеурочная деятельность'}).waitFor();
  await page.waitForFunction((was) => Math.abs(window.scrollY - was) < 4, y);
  assert.equal(await page.locator('.feed').getByRole('link', {name: /Помощь приюту/}).count(), 0, 'the other sections stay hidden');
  await page.getByRole('combobox', {name: 'Поиск'}).fill('приют');
  await page.getByRole('option', {name: /Помощь приюту/}).waitFor();
  await s.axe(page, 'suggestions');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {level: 1, name: /Помощь приюту/}).waitFor();
  await s.visit(page, '/portfolio/about');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', {name: 'Скачать архив'}).click()]);
  assert.match(file.suggestedFilename(), /\.zip$/);
  await page.close();
});
