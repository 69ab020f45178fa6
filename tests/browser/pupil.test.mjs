/* The pupil's place: looking, adding on a phone, mending what came back. */
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {start, testdata} from './support.mjs';
import {fillPortfolio} from './story.mjs';

let s;
let made;
before(async () => { s = await start('pupil'); made = await fillPortfolio(s); });
after(() => s?.stop());

const LOOKS = [
  ['phone-ru-light', {phone: true}], ['phone-en-dark', {phone: true, lang: 'en', dark: true}],
  ['desk-ru-dark', {dark: true}], ['desk-en-light', {lang: 'en'}],
];
for (const [look, who] of LOOKS) {
  test(`every page of the pupil, ${look}`, async () => {
    const wrong = [];
    const look_ = async (name) => {
      await s.axe(page, name).catch((error) => wrong.push(error.message));
      await s.shot(page, `pupil-${name}-${look}`, {full: true});
    };
    const page = await s.open('/portfolio', {as: 'pupil', ...who});
    await page.locator('.feed .card').first().waitFor();
    await look_('feed');
    for (const [name, address] of [['sections', '/portfolio/sections'], ['goals', '/portfolio/goals'], ['reviews', '/portfolio/reviews'], ['admission', '/portfolio/admission'], ['about', '/portfolio/about'], ['order', '/portfolio/order'],
      ['shares', '/portfolio/shares'], ['consents', '/portfolio/consents'], ['add', '/portfolio/add'], ['entry', `/entries/${made.entries[0].id}`], ['entry-returned', `/entries/${made.entries[3].id}`], ['edit', `/entries/${made.entries[3].id}/edit`],
      ['search', '/search?query=осень'], ['notices', '/notices'], ['account', '/account'], ['missing', '/no/such/page']]) {
      await page.goto(address);
      await page.locator('h1').first().waitFor();
      await page.locator('.skeleton').waitFor({state: 'detached'});
      await look_(name);
    }
    assert.deepEqual(wrong, []);
    await page.close();
  });
}
export {assert, testdata};
