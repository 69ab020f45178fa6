/* Signing in: the page, a wrong password, the forced own password, the end of a session over an open form. */
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {after, before, test} from 'node:test';
import {start, testdata} from './support.mjs';

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

test('a slip opens the door once: an own password first, then the portfolio; language and theme keep the page', async () => {
  const director = await s.as('director');
  const pupil = await s.as('pupil');
  const slip = (await director.send('POST', `/accounts/${pupil.session.account}/reset`, {})).password;
  const page = await s.open('/portfolio/goals', {phone: true});
  await page.locator('[name=login]').fill('pupil');
  await page.locator('[name=password]').fill(slip);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'Придумайте свой пароль'}).waitFor();
  await s.axe(page, 'own password');
  await s.shot(page, 'own-password-phone');
  await page.locator('[name=new_password]').fill('synie-oblaka-7');
  await page.locator('[name=again]').fill('synie-oblaka-8');
  await page.keyboard.press('Enter');
  await page.getByText('Пароли не совпали').first().waitFor();
  await page.locator('[name=again]').fill('synie-oblaka-7');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'Цели', exact: true}).waitFor();
  const menu = page.getByRole('button', {name: /: меню$/});
  await menu.click();
  await s.axe(page, 'the person’s menu');
  await s.shot(page, 'menu-phone');
  await page.getByRole('menuitemradio', {name: 'English'}).click();
  await page.getByRole('heading', {name: 'Goals', exact: true}).waitFor();
  assert.equal(new URL(page.url()).pathname, '/portfolio/goals');
  await page.getByRole('button', {name: /: menu$/}).click();
  await page.getByRole('menuitemradio', {name: 'Dark'}).click();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await page.reload();
  await page.getByRole('heading', {name: 'Goals', exact: true}).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark', 'the choice is kept');
  await page.getByRole('button', {name: /: menu$/}).click();
  await page.getByRole('menuitem', {name: 'Sign out'}).click();
  await page.getByRole('heading', {name: 'Sign in'}).waitFor();
  await page.close();
});

test('the language of the account is spoken where none was chosen by hand, and a choice in the menu is kept with the account', async () => {
  const parent = await s.as('parent');
  await parent.send('PATCH', '/accounts/own', {language: 'en'});
  const context = await s.context({lang: 'ru'});
  const page = await s.open('/', {context});
  await page.getByRole('heading', {name: 'Вход'}).waitFor();
  await page.locator('[name=login]').fill('parent');
  await page.locator('[name=password]').fill(s.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'Children', level: 1}).waitFor();
  await page.reload();
  await page.getByRole('heading', {name: 'Children', level: 1}).waitFor();
  const choose = async (menu, name) => {
    await page.getByRole('button', {name: menu}).click();
    const saved = page.waitForResponse((r) => r.url().endsWith('/accounts/own') && r.request().method() === 'PATCH');
    await page.getByRole('menuitemradio', {name}).click();
    await saved;
  };
  await choose(/: menu$/, 'Русский');
  await page.getByRole('heading', {name: 'Дети', level: 1}).waitFor();
  assert.equal((await parent.get('/accounts/own')).language, 'ru');
  /* by hand on this device: what is said elsewhere does not change it */
  await parent.send('PATCH', '/accounts/own', {language: 'en'});
  await page.reload();
  await page.getByRole('heading', {name: 'Дети', level: 1}).waitFor();
  await parent.send('PATCH', '/accounts/own', {language: 'ru'});
  await context.close();
});

test('what was not sent is asked about at leaving: kept it comes back to its owner alone, deleted it is gone', async () => {
  const context = await s.context({phone: true});
  const page = await s.open('/', {context});
  const signIn = async (login) => {
    await page.locator('[name=login]').fill(login);
    await page.locator('[name=password]').fill(s.password);
    await page.keyboard.press('Enter');
    await page.locator('main.main h1').first().waitFor();
    await page.waitForLoadState('networkidle');
  };
  const signOut = async () => {
    await page.getByRole('button', {name: /: меню$/}).click();
    await page.getByRole('menuitem', {name: 'Выйти'}).click();
  };
  const add = async (pupil) => {
    await page.goto(pupil ? `/pupils/${pupil}/add?step=kind` : '/children/add');
    await page.locator('.choice').first().click();
    await page.locator('[name=title]').waitFor();
  };
  const [child] = (await s.as('parent')).session.children;
  await signIn('parent');
  await add(child.pupil);
  await page.locator('[name=title]').fill('Черновик мамы');
  await signOut();
  const box = page.getByRole('dialog', {name: 'Выйти'});
  await box.getByText('На этом устройстве осталось неотправленное: 1 запись.').waitFor();
  await s.axe(page, 'leaving with a draft');
  await s.shot(page, 'leave-phone');
  await box.getByRole('button', {name: 'Отмена'}).click();
  assert.equal(await page.locator('[name=title]').inputValue(), 'Черновик мамы', 'stays where it was');
  await signOut();
  await box.getByRole('button', {name: 'Оставить и выйти'}).click();
  await page.getByRole('heading', {name: 'Вход'}).waitFor();
  /* somebody else at the same device: nothing of it is seen, and the usual answer is to delete */
  await signIn('teacher');
  const foreign = await page.evaluate(() => document.body.textContent.includes('Черновик мамы'));
  assert.equal(foreign, false);
  await signOut();
  await page.getByRole('heading', {name: 'Вход'}).waitFor();
  await signIn('parent');
  await add(child.pupil);
  assert.equal(await page.locator('[name=title]').inputValue(), 'Черновик мамы', 'the owner finds it');
  await signOut();
  await page.getByRole('dialog', {name: 'Выйти'}).getByText(/компьютером пользуются и другие/).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Удалить и выйти');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'Вход'}).waitFor();
  const left = await page.evaluate(() => new Promise((done) => {
    const opened = indexedDB.open('letopis');
    opened.onsuccess = () => { const all = opened.result.transaction('drafts').objectStore('drafts').getAllKeys(); all.onsuccess = () => done(all.result); };
  }));
  assert.deepEqual(left, []);
  await context.close();
});

test('a teacher lets their name stand beside achievements, and takes it back; the office enters a paper', async () => {
  const page = await s.open('/account', {as: 'teacher', phone: true});
  const part = page.locator('.naming');
  await part.getByText('Согласия нет: имя не публикуется.').waitFor();
  await part.getByRole('button', {name: 'Разрешить'}).click();
  await part.getByText(/Согласие дано .* на экране/).waitFor();
  await s.axe(page, 'own name');
  await part.scrollIntoViewIfNeeded();
  await s.shot(page, 'naming-phone');
  await part.getByRole('button', {name: 'Отозвать согласие'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Отозвать согласие'}).click();
  await part.getByText(/Согласие отозвано .*: имя не публикуется/).waitFor();
  await page.close();
  const {session} = await s.as('teacher');
  const office = await s.open(`/people/${session.id}`, {as: 'director'});
  await office.locator('.naming').getByRole('button', {name: 'Внести согласие с бумаги'}).click();
  const box = office.getByRole('dialog');
  await box.locator('[name=paper_date]').fill(session.today);
  await box.locator('input[type=file]:not([capture])').setInputFiles(testdata('scans/01-olympiad-diploma.pdf'));
  await s.axe(office, 'consent from paper');
  await s.shot(office, 'naming-paper-desk');
  await box.getByRole('button', {name: 'Внести'}).click();
  await office.locator('.naming').getByText(/Согласие дано на бумаге/).waitFor();
  await office.close();
});

/* RFC 6238: six digits of HMAC-SHA1 over the number of half-minutes. */
function totp(base32, at = Date.now()) {
  const bits = [...base32.replace(/[= ]/g, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const mac = createHmac('sha1', key).update(count).digest();
  const from = mac[19] & 15;
  return String((mac.readUInt32BE(from) & 0x7fffffff) % 1000000).padStart(6, '0');
}

test('a teacher sets up the second step and signs in with it', async () => {
  const page = await s.open('/account', {as: 'teacher'});
  await page.getByRole('button', {name: 'Настроить'}).click();
  const box = page.getByRole('dialog');
  await box.locator('[name=current_password]').fill(s.password);
  await box.getByRole('button', {name: 'Дальше'}).click();
  await box.getByRole('img', {name: 'QR-код для приложения'}).waitFor();
  await s.axe(page, 'second step');
  await s.shot(page, 'factor-desk');
  const secret = await box.locator('code').textContent();
  await box.locator('[name=code]').fill(totp(secret));
  await box.getByRole('button', {name: 'Включить'}).click();
  await page.getByRole('heading', {name: 'Запасные коды'}).waitFor();
  const codes = await page.locator('.spare-codes code').allTextContents();
  assert.equal(codes.length, 10);
  await page.getByRole('button', {name: 'Готово'}).click();
  await page.getByText('включён').waitFor();
  await page.getByRole('button', {name: /: меню$/}).click();
  await page.getByRole('menuitem', {name: 'Выйти'}).click();
  await page.locator('[name=login]').fill('teacher');
  await page.locator('[name=password]').fill(s.password);
  await page.keyboard.press('Enter');
  await page.locator('[name=code]').waitFor();
  await s.axe(page, 'code wanted');
  await page.locator('[name=code]').fill(codes[0]);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'На проверке'}).waitFor();
  await page.close();
});

test('long work has a page of its own: it ends, and gives its file', async () => {
  const parent = await s.as('parent');
  const job = await parent.get(`/pupils/${parent.session.children[0].pupil}/portfolio/export?format=zip&background=true`);
  assert.ok(job.job, 'a job was begun');
  const page = await s.open('/jobs', {as: 'parent', phone: true});
  const link = page.getByRole('link', {name: /^Скачать .*zip/});
  await link.waitFor();
  await s.axe(page, 'jobs');
  await s.shot(page, 'jobs-phone');
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
  assert.match(file.suggestedFilename(), /\.zip$/);
  await page.close();
});
