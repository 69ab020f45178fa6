/* What every browser test uses: a real server over a fresh copy of the demo school, people signed in, axe-core, screenshots.
 *
 *   import {start} from './support.mjs';
 *   const s = await start('teacher');                        // copies the school, starts `letopis serve` on a free port
 *   const page = await s.open('/check', {as: 'teacher', phone: true, lang: 'en', dark: true, reduced: true});
 *   await s.axe(page, 'check');                              // fails with the words of axe-core
 *   await s.shot(page, 'teacher-check-phone');               // BUILD/browser/shots/….png
 *   const teacher = await s.as('teacher');                   // the API from here: get, send, sendFiles
 *   await s.cli(['entry', 'list'], {as: 'director'});        // the command line, as JSON
 *   await s.stop();                                          // in after(): fails when a page wrote an error
 *
 * People of the demo school: pupil, parent (of that pupil), teacher (class 9А), teacher-b, director; s.password is everybody's.
 * LETOPIS_WEB names another client folder (an installed one, or one broken on purpose). Run: node --test tests/browser/x.test.mjs with LETOPIS_BUILD=BUILD (ctest does that). Nothing waits by the clock: use locators' own waiting. */
import assert from 'node:assert/strict';
import {execFile, spawn} from 'node:child_process';
import {cp, mkdir, mkdtemp, readFile, rm} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const build = path.resolve(process.env.LETOPIS_BUILD || path.join(root, 'build/test'));
const out = path.join(build, 'browser');
const modules = createRequire(path.join(out, 'modules.js'));
const {chromium} = modules('playwright-core');
export const testdata = (name) => path.join(build, 'testdata', name);
export const password = 'letopis-demo-2026';
const program = path.join(build, 'letopis');
const WAIT = Number(process.env.LETOPIS_WAIT) || 45000;

const PHONE = {viewport: {width: 360, height: 740}, deviceScaleFactor: 2, hasTouch: true, isMobile: true};
const DESK = {viewport: {width: 1280, height: 860}, deviceScaleFactor: 1};

/* web: another folder of static files; settings: lines for letopis.conf {section.name: value} are given as options of serve where it has them. */
export async function start(name, {args = []} = {}) {
  const work = await mkdtemp(path.join(tmpdir(), `letopis-${name}-`));
  const data = path.join(work, 'data');
  await cp(path.join(out, 'school'), data, {recursive: true, filter: (file) => !['run/letopis.sock', 'made', 'lock'].includes(path.relative(path.join(out, 'school'), file))});
  await mkdir(path.join(out, 'shots'), {recursive: true});
  const server = await serve(data, args);
  const browser = await chromium.launch({executablePath: process.env.LETOPIS_CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none']});
  const s = {work, data, password, browser, base: server.base, pages: [], contexts: [], server};
  return Object.assign(s, {
    open: (address, who) => open(s, address, who),
    context: (who) => context(s, who),
    as: (login) => api(s, login),
    visit: (page, address) => visit(page, address),
    axe: (page, what) => axe(page, what),
    shot: (page, file, options) => shot(page, file, options),
    cli: (words, who) => cli(data, words, who),
    restart: async () => { await s.server.stop(); s.server = await serve(data, args, s.base); },
    stop: () => stop(s),
  });
}

function serve(data, args, again) {
  const listen = again ? again.replace(/^http:\/\//, '') : '127.0.0.1:0';
  const child = spawn(program, ['-C', data, '--lang', 'en', 'serve', '--listen', listen, '--web', process.env.LETOPIS_WEB || path.join(root, 'web-static'), ...args], {stdio: ['ignore', 'pipe', 'pipe']});
  let said = '';
  let errors = '';
  const ended = new Promise((resolve) => { child.on('exit', (code, signal) => resolve({code, signal})); });
  child.stderr.on('data', (text) => { errors += text; });
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      said += text;
      const found = said.match(/http:\/\/[\d.]+:\d+/);
      if (found) {
        resolve({base: found[0], pid: child.pid, log: () => errors, kill: (signal) => child.kill(signal), ended,
          stop: async () => { child.kill('SIGTERM'); const how = await ended; assert.equal(how.code, 0, `the server ended badly\n${errors}`); }});
      }
    });
    ended.then((how) => reject(new Error(`the server did not start (${how.code ?? how.signal}): ${said}${errors}`)));
  });
}

/* --- people --- */

async function context(s, {as, phone = false, lang = 'ru', dark = false, reduced = false, contrast = null, js = true} = {}) {
  const c = await s.browser.newContext({...(phone ? PHONE : DESK), baseURL: s.base, locale: lang === 'ru' ? 'ru-RU' : 'en-GB', timezoneId: 'Europe/Moscow',
    colorScheme: dark ? 'dark' : 'light', reducedMotion: reduced ? 'reduce' : 'no-preference', contrast, javaScriptEnabled: js, acceptDownloads: true});
  c.setDefaultTimeout(WAIT);
  if (as) {
    /* a connection that the server closes at the moment it is used again is opened anew, as browsers do */
    const sign = () => c.request.post('/api/v1/session', {data: {login: as, password: s.password}});
    const answer = await sign().catch((error) => (/socket hang up|ECONNRESET/.test(error.message) ? sign() : Promise.reject(error)));
    assert.equal(answer.status(), 200, `${as} cannot sign in: ${await answer.text()}`);
  }
  s.contexts.push(c);
  return c;
}

/* A page of that person at that address, when its heading stands. In `who.context` a context made before. */
async function open(s, address, who = {}) {
  const c = who.context || await context(s, who);
  const page = await c.newPage();
  page.problems = [];
  page.expected = who.expected || [];
  page.on('pageerror', (error) => page.problems.push(`${page.url()}: ${error.stack || error}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) page.problems.push(`${page.url()}: ${message.text()}`);
  });
  page.on('response', (response) => { if (response.status() >= 500) page.problems.push(`${response.status()} ${response.url()}`); });
  s.pages.push(page);
  if (address) {
    await page.goto(address);
    await page.locator('h1').first().waitFor();
  }
  return page;
}

/* To another address of the client without loading it anew; waits until its heading stands and nothing is being loaded. */
async function visit(page, address) {
  await page.evaluate((to) => {
    for (const h of document.querySelectorAll('h1')) h.remove();
    history.pushState({}, '', to);
    window.dispatchEvent(new PopStateEvent('popstate'));
  }, address);
  await page.locator('h1').first().waitFor();
  await page.locator('.skeleton').waitFor({state: 'detached'});
}

/* The API without a browser: for what a story needs before it begins. */
async function api(s, login) {
  let cookie = '';
  let csrf = '';
  const call = async (method, address, body, headers = {}) => {
    const response = await fetch(`${s.base}/api/v1${address}`, {method, body, headers: {...(cookie ? {Cookie: cookie} : {}), ...(csrf ? {'X-Letopis-CSRF': csrf} : {}), ...headers}});
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${text}`);
    const set = response.headers.get('set-cookie');
    if (set) cookie = set.split(';')[0];
    return text ? JSON.parse(text) : null;
  };
  const json = {'Content-Type': 'application/json'};
  const session = await call('POST', '/session', JSON.stringify({login, password: s.password}), json);
  csrf = session.csrf;
  return {session, get: (address) => call('GET', address), send: (method, address, values) => call(method, address, JSON.stringify(values || {}), json),
    /* files: {file: ['scans/01.pdf', …]} of BUILD/testdata */
    async sendFiles(method, address, values, files) {
      const form = new FormData();
      form.append('values', new Blob([JSON.stringify(values)], {type: 'application/json'}));
      for (const [field, names] of Object.entries(files)) for (const name of names) form.append(field, new Blob([await readFile(testdata(name))]), path.basename(name));
      return call(method, address, form);
    }};
}

function cli(data, words, {as, lang = 'ru'} = {}) {
  const env = {...process.env, LETOPIS_PASSWORD: password};
  return new Promise((resolve, reject) => {
    execFile(program, ['-C', data, '--json', '--lang', lang, ...(as ? ['--as', as] : []), ...words], {env, maxBuffer: 64 << 20}, (error, said, errors) => {
      if (error) reject(new Error(`letopis ${words.join(' ')}: ${error.code}\n${said}${errors}`));
      else resolve(said.trim() ? JSON.parse(said) : null);
    });
  });
}

/* Until a draft in the browser's own store has this value. */
export const keptInBrowser = (page, field, value) => page.evaluate(async ([name, wanted]) => {
  const drafts = () => new Promise((done) => {
    const open = indexedDB.open('letopis');
    open.onsuccess = () => {
      const all = open.result.transaction('drafts').objectStore('drafts').getAll();
      all.onsuccess = () => { open.result.close(); done(all.result); };
    };
  });
  while (!(await drafts()).some((d) => d.values?.[name] === wanted)) await new Promise(requestAnimationFrame);
}, [field, value]);

/* --- looking --- */

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
let axeSource = null;
export async function axe(page, what = page.url()) {
  axeSource ||= await readFile(modules.resolve('axe-core/axe.min.js'), 'utf8');
  await still(page);
  await page.evaluate(axeSource);
  const before = page.problems?.length;
  const found = await page.evaluate((tags) => globalThis.axe.run(document, {runOnly: tags, resultTypes: ['violations']}), RULES);
  const words = found.violations.map((v) => `${v.id}: ${v.help}\n${v.nodes.slice(0, 4).map((n) => `    ${n.target.join(' ')} — ${(n.any[0] || n.all[0] || n.none[0])?.message || ''}`).join('\n')}`);
  /* the styles of its own probes are refused by the policy of the page: that is axe-core's, not the page's */
  const probes = page.problems?.splice(before).filter((text) => !/Applying inline style/.test(text));
  page.problems?.push(...probes);
  assert.ok(!words.length, `axe-core on ${what}:\n${words.join('\n')}`);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(sideways <= 0, `${what} is ${sideways} px wider than the screen`);
  const untranslated = await page.evaluate(() => {
    const code = [...document.querySelectorAll('code')].map((c) => c.innerText).join(' '); // what a program wrote is not for people's words
    return document.body.innerText.match(/\b[a-z]+(?:\.[a-z_]+)+\b(?=\s|$)/g)?.filter((w) => !code.includes(w));
  });
  assert.equal(untranslated?.filter((w) => !/\.(pdf|jpg|jpeg|png|webp|xlsx|csv|zip|ru|com|org|json|mp4|docx|odt|txt|heic|tiff|bundle|md|conf)$/.test(w))[0], undefined, `${what} shows an id instead of words`);
}

/* Pictures in view are there and nothing moves. */
async function still(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    const seen = [...document.images].filter((i) => { const r = i.getBoundingClientRect(); return r.bottom > 0 && r.top < innerHeight; });
    await Promise.all(seen.map((i) => i.complete || new Promise((done) => { i.onload = i.onerror = done; })));
    await Promise.all(document.getAnimations().filter((a) => a.effect?.getComputedTiming().iterations !== Infinity).map((a) => a.finished.catch(() => {})));
  });
}

export async function shot(page, file, {full = false} = {}) {
  await still(page);
  await page.screenshot({path: path.join(out, 'shots', `${file}.png`), fullPage: full});
}

async function stop(s) {
  const problems = s.pages.flatMap((p) => p.problems.filter((text) => !p.expected.some((e) => e.test(text))));
  await s.browser.close();
  try {
    await s.server.stop();
  } finally {
    await rm(s.work, {recursive: true, force: true});
  }
  assert.deepEqual(problems, [], 'a page wrote errors');
}
