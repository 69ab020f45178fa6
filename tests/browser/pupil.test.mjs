/* The pupil's place as it looks, in both languages and themes, on a phone and at a desk. */
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {start} from './support.mjs';
import {fillPortfolio} from './story.mjs';

let s;
let made;
before(async () => { s = await start('pupil'); made = await fillPortfolio(s); });
after(() => s?.stop());

const pages = () => [['sections', '/portfolio/sections'], ['goals', '/portfolio/goals'], ['reviews', '/portfolio/reviews'], ['admission', '/portfolio/admission'], ['about', '/portfolio/about'], ['order', '/portfolio/order'],
  ['shares', '/portfolio/shares'], ['consents', '/portfolio/consents'], ['add', '/portfolio/add'], ['entry', `/entries/${made.entries[0].id}`], ['entry-returned', `/entries/${made.entries[3].id}`],
  ['edit', `/entries/${made.entries[3].id}/edit`], ['search', '/search?query=осень'], ['notices', '/notices'], ['account', '/account'], ['missing', '/no/such/page']];
/* Every page twice; the other two looks on the pages that differ most. */
const FEW = ['about', 'entry-returned', 'edit'];
const LOOKS = [['phone-ru-light', {phone: true}, () => true], ['desk-en-dark', {lang: 'en', dark: true}, () => true],
  ['phone-en-dark', {phone: true, lang: 'en', dark: true, contrast: 'more'}, (name) => FEW.includes(name)], ['desk-ru-light', {}, (name) => FEW.includes(name)]];

for (const [look, who, wanted] of LOOKS) {
  test(`the pages of the pupil, ${look}`, async () => {
    const wrong = [];
    const check = async (name) => {
      await s.axe(page, name).catch((error) => wrong.push(error.message));
      await s.shot(page, `pupil-${name}-${look}`, {full: true});
    };
    const page = await s.open('/portfolio', {as: 'pupil', ...who});
    await page.locator('.feed .card').first().waitFor();
    await check('feed');
    for (const [name, address] of pages().filter(([n]) => wanted(n))) {
      await s.visit(page, address);
      await check(name);
    }
    assert.deepEqual(wrong, []);
    await page.close();
  });
}
