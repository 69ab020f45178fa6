/* Start: words, meta, session; then the router. Signing in, the forced new password and the end of a session are handled here. */
import {ApiError, get, onLine, onMustChange, onSessionEnd, send, setCsrf} from './api.js';
import {accountLang, lang, load, setLang, t} from './i18n.js';
import * as router from './router.js';
import {nouns, routes} from './routes.js';
import {h} from './ui/h.js';
import {loadMeta, school} from './ui/meta.js';
import {setAccent} from './ui/theme.js';
import {brandMark, placeHome, shell, smallTools} from './ui/shell.js';
import {startOutbox} from './ui/outbox.js';
import {noteAccount} from './ui/store.js';
import {startNotices} from './ui/notices.js';
import {problem} from './ui/state.js';

/* Forms of signing in are loaded when they are needed: most visits begin with a session. */
const sign = () => import('./ui/sign.js');
const app = document.getElementById('app');
const state = {session: null, shell: null, ending: null};

const actions = {
  async setLang(next) {
    setLang(next);
    if (state.session) send('PATCH', '/accounts/own', {language: next}).catch(() => {}); /* letters speak it too; the page does already */
    await Promise.all([load('common'), loadMeta()]);
    state.shell = null;
    if (state.session) { router.start(opening()); } else if (openRoute()) { await showOpen(openRoute()); } else showSignIn();
  },
  signOut: async () => (await import('./ui/leave.js')).leave(state.session),
};

function take(session) {
  state.session = session;
  setCsrf(session.csrf);
  setAccent(session.school?.accent || school().accent);
  router.setSession(session);
}

function opening() {
  return {routes, nouns, session: state.session, chrome, school: schoolName()};
}
const schoolName = () => state.session?.school?.short_name || state.session?.school?.name || school().short_name || school().name || t('app.name');

function chrome(route) {
  if (!state.shell) {
    state.shell = shell({session: state.session, school: {...school(), ...state.session.school}, routes, actions, badge: startNotices(state.session)});
    app.replaceChildren(state.shell.el);
  }
  return state.shell.update(route);
}

async function showSignIn() {
  const {entryPage, signInForm} = await sign();
  document.title = `${t('sign.title')} — ${schoolName()}`;
  app.replaceChildren(entryPage({school: school(), actions, title: t('sign.title'), lead: t('sign.lead'), body: signInForm({onDone: entered}).el}));
  app.querySelector('.input')?.focus();
}

/* An address that needs no account (a portfolio by its link): the view alone, under the school's name. */
const openRoute = () => { const found = router.match(routes, location.pathname); return found?.route.open ? found.route : null; };
async function showOpen(route) {
  const title = (text) => { document.title = text ? `${text} — ${schoolName()}` : schoolName(); };
  const [module] = await Promise.all([route.view(), load('pupil'), load(route.place)]);
  document.head.append(h('link', {rel: 'stylesheet', href: `/css/places/${route.place}.css`}));
  const main = h('main', {class: 'main', id: 'main', tabindex: '-1'});
  app.replaceChildren(h('div', {class: 'app'}, h('header', {class: 'head'}, h('div', {class: 'head-in'}, h('span', {class: 'brand'}, brandMark(), h('span', {class: 'brand-name'}, schoolName())))), main, h('footer', {class: 'main open-foot no-print'}, smallTools(actions))));
  try {
    main.replaceChildren(await module.view({params: {}, query: new URLSearchParams(location.search), session: null, title}));
  } catch (error) {
    main.replaceChildren(problem(error, () => location.reload()));
  }
  main.querySelector('h1')?.focus();
}

async function entered(session) {
  take(session);
  noteAccount(session);
  if (accountLang(session.language)) await Promise.all([load('common'), loadMeta()]);
  if (session.must_change) { showNewPassword(); return; }
  startOutbox(session);
  state.shell = null;
  /* until the second factor that the school asks for is set up, nothing but one's own account answers */
  if (session.factor === 'required') history.replaceState({}, '', '/account');
  if (location.pathname === '/') history.replaceState({}, '', placeHome(session.places?.[0]));
  await router.start(opening());
}

async function showNewPassword() {
  const {entryPage, newPasswordForm} = await sign();
  document.title = `${t('password.title')} — ${schoolName()}`;
  app.replaceChildren(entryPage({school: school(), actions, title: t('password.title'), lead: t('password.lead'),
    body: newPasswordForm({onDone: async () => entered(await get('/session'))}).el}));
  app.querySelector('.input')?.focus();
}

/* The session ended under an open page: sign in over it, nothing typed is lost, the call goes on. Another person begins anew. */
onSessionEnd(() => {
  if (!state.session) throw new ApiError(401);
  state.ending ||= sign().then((m) => m.signInDialog({login: state.session.login})).then((session) => {
    state.ending = null;
    if (!session) { location.assign('/'); return new Promise(() => {}); }
    if (session.id !== state.session.id) { location.assign('/'); return new Promise(() => {}); }
    take(session);
    return undefined;
  });
  return state.ending;
});
onMustChange((error) => {
  if (!state.session) return;
  if (error.code !== 'factor.needed') showNewPassword();
  else if (location.pathname !== '/account') router.go('/account');
});
onLine((ok) => state.shell?.line(ok));

async function start() {
  document.documentElement.lang = lang();
  await load('common');
  try {
    await loadMeta();
    setAccent(school().accent);
    if (openRoute()) { await showOpen(openRoute()); return; }
    const session = await get('/session', null, {anonymous: true});
    await entered(session);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) { showSignIn(); return; }
    if (error instanceof ApiError && error.status === 428) { state.session = null; showNewPassword(); return; }
    app.replaceChildren(h('main', {class: 'main'}, problem(error, () => location.reload())));
    throw error;
  }
}
start();
