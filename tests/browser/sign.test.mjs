/* Signing in: the page, a wrong password, the forced own password, the end of a session over an open form. */
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {start} from './support.mjs';

let s;
before(async () => { s = await start('sign'); });
after(() => s?.stop());

for (const [lang, title, missing, wrong] of [['ru', 'Вход', 'Введите логин с листка.', /парол/i], ['en', 'Sign in', 'Please enter the login from the slip.', /password/i]]) {
  for (const [size, who] of [['phone', {phone: true}], ['desk', {dark: true}]]) {
    test(`sign-in page, ${lang}, ${size}`, async () => {
      const page = await s.open('/', {lang, ...who});
      await page.getByRole('heading', {name: title}).waitFor();
      await s.axe(page, 'sign-in');
      await s.shot(page, `sign-${lang}-${size}`);
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText(missing).waitFor();
      await s.axe(page, 'sign-in with errors');
      await page.locator('[name=login]').fill('pupil');
      await page.locator('[name=password]').fill('not this one');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText(wrong).first().waitFor();
      assert.equal(await page.locator('[name=login]').inputValue(), 'pupil', 'the login stays');
    });
  }
}

test('without script the page says what to do', async () => {
  const c = await s.context({js: false});
  const page = await c.newPage();
  await page.goto('/');
  const words = page.locator('noscript p').first();
  assert.match(await words.textContent(), /включите его в настройках браузера/);
  assert.ok((await words.boundingBox()).y < 400, 'without scrolling');
});
