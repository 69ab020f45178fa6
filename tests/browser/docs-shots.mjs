/* Makes the pictures of docs/ui.md anew, from the demo school: LETOPIS_BUILD=BUILD node tests/browser/docs-shots.mjs [name …]. Small JPEGs at the size of
 * the page; docs.test.mjs holds page and folder together. */
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fillPortfolio} from './story.mjs';
import {root, start} from './support.mjs';

const folder = path.join(root, 'docs/ui');
const wanted = process.argv.slice(2);

const typed = async (page) => {
  await page.locator('.choice').first().click();
  await page.locator('[name=title]').waitFor();
  await page.getByRole('button', {name: /^(Отправить|Send)/}).first().click();
  await page.getByRole('alert').first().waitFor();
};
const menu = async (page) => page.getByRole('button', {name: /: меню$/}).click();
const settle = async (page) => {
  await page.locator('.skeleton, [aria-busy=true]').first().waitFor({state: 'detached'});
  await page.waitForLoadState('networkidle');
};

/* name, address, whose, how, and what is done before the picture */
const SHOTS = [
  ['cards-phone', '/portfolio', 'pupil', {phone: true}],
  ['cards-phone-dark', '/portfolio', 'pupil', {phone: true, dark: true}],
  ['cards-desk', '/portfolio', 'pupil', {}],
  ['form-phone', '/portfolio/add?step=kind', 'pupil', {phone: true}, typed],
  ['form-desk-dark', '/portfolio/add?step=kind', 'pupil', {dark: true}, typed],
  ['menu-phone-dark', '/portfolio/goals', 'pupil', {phone: true, dark: true}, menu],
  ['viewer-desk', '/check', 'teacher', {}],
  ['viewer-desk-dark', '/check', 'teacher', {dark: true}],
  ['list-desk', '/pupils', 'director', {}],
  ['list-phone', '/pupils', 'director', {phone: true}],
];

const s = await start('docs');
await fillPortfolio(s);
await mkdir(folder, {recursive: true});
let total = 0;
for (const [name, address, as, how, act] of SHOTS) {
  if (wanted.length && !wanted.includes(name)) continue;
  const page = await s.open(address, {as, reduced: true, ...how});
  await settle(page);
  if (act) await act(page);
  await settle(page);
  const bytes = await page.screenshot({type: 'jpeg', quality: 68, scale: 'css', animations: 'disabled'});
  await writeFile(path.join(folder, `${name}.jpg`), bytes);
  total += bytes.length;
  console.log(`${name} ${Math.round(bytes.length / 1024)} KB`);
  await page.close();
}
console.log(`${Math.round(total / 1024)} KB together`);
await s.stop();
