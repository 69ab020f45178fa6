/* Address → view. Views are loaded when first shown; back and forward restore the scroll; the heading of a new view takes the focus,
 * so that a screen reader begins there. */
import {ApiError} from './api.js';
import {load, t} from './i18n.js';
import {loadNouns} from './ui/meta.js';
import {h} from './ui/h.js';
import {announce} from './ui/toast.js';
import {problem, skeleton} from './ui/state.js';

const state = {routes: [], nouns: {}, session: null, outlet: null, chrome: () => {}, school: '', stop: null, guard: null, styles: new Map(), turn: 0, path: null};

export function compile(path) {
  if (path === '*') return {regex: /^(?!)/, names: []};
  const names = [];
  const pattern = path.replace(/\/:(\w+)/g, (all, name) => { names.push(name); return '/([^/]+)'; });
  return {regex: new RegExp(`^${pattern}/?$`), names};
}

/* Two places may use one address: the place one is in wins, then those one has work in, then whichever comes first. */
export function match(routes, pathname, places = [], session = null) {
  let best = null;
  for (const route of routes) {
    route.compiled ||= compile(route.path);
    const found = pathname.match(route.compiled.regex);
    if (!found) continue;
    const params = Object.fromEntries(route.compiled.names.map((n, i) => [n, decodeURIComponent(found[i + 1])]));
    if (route.when && !route.when(session, params)) continue;
    const rank = places.includes(route.place) ? places.indexOf(route.place) : places.length;
    if (!best || rank < best.rank) best = {route, rank, params};
  }
  return best;
}

/* chrome(route) draws what stands around the view and gives the element that holds it. */
export function start({routes, nouns, session, chrome, school}) {
  Object.assign(state, {routes, nouns, session, chrome, school});
  if (!state.listening) {
    state.listening = true;
    history.scrollRestoration = 'manual';
    window.addEventListener('popstate', () => show({back: true}));
    document.addEventListener('click', onClick);
    window.addEventListener('pagehide', keepScroll);
  }
  return show({first: true, back: true});
}
export function setSession(session) { state.session = session; }

/* A view may ask before it is left: f() → true to go on. Cleared when the view changes. */
export function guard(f) { state.guard = f; }

function onClick(e) {
  const a = e.target.closest?.('a[href]');
  if (!a || e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
  if (a.target || a.hasAttribute('download') || a.origin !== location.origin || a.pathname.startsWith('/api/')) return;
  if (a.hash && a.pathname === location.pathname && a.search === location.search) return;
  e.preventDefault();
  go(a.pathname + a.search + a.hash);
}

function keepScroll() {
  history.replaceState({...history.state, scroll: window.scrollY}, '');
}

export async function go(path, {replace = false} = {}) {
  if (state.guard && !(await state.guard())) return;
  keepScroll();
  if (replace) history.replaceState({}, '', path);
  else history.pushState({}, '', path);
  await show({});
}

/* Changes the query of the address without drawing anew: filters, tabs of a list. */
export function setQuery(changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === '' || value === false) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  history.replaceState(history.state, '', location.pathname + (text ? `?${text}` : ''));
}

export const reload = () => show({back: true, keep: true});

function style(place) {
  if (!place || place === 'common') return null;
  if (!state.styles.has(place)) {
    state.styles.set(place, new Promise((resolve) => {
      const link = h('link', {rel: 'stylesheet', href: `/css/places/${place}.css`});
      link.onload = link.onerror = resolve;
      document.head.append(link);
    }));
  }
  return state.styles.get(place);
}

async function build(found, ctx) {
  const {route} = found;
  const [module] = await Promise.all([route.view(), ...[route.words || route.place].flat().map(load), style(route.style || route.place), loadNouns(state.nouns[route.place] || [])]);
  return module.view(ctx);
}

/* The route of the address; one that another address stands for is replaced by it, in the history too. */
function here() {
  const places = [state.place, ...(state.session?.places || [])].filter(Boolean);
  let found = match(state.routes, location.pathname, places, state.session);
  if (found?.route.to) {
    history.replaceState(history.state, '', found.route.to(found.params) + location.search + location.hash);
    found = match(state.routes, location.pathname, places, state.session);
  }
  return found || {route: state.routes.find((r) => r.path === '*'), params: {}};
}

async function show({back = false, first = false, keep = false}) {
  const turn = ++state.turn;
  state.stop?.abort();
  state.stop = new AbortController();
  state.guard = null;
  const found = here();
  if (state.session?.places?.includes(found.route.place)) state.place = found.route.place;
  const outlet = state.chrome(found.route);
  const y = history.state?.scroll || 0;
  const ctx = {params: found.params, query: new URLSearchParams(location.search), session: state.session, signal: state.stop.signal,
    place: found.route.place, route: found.route, go, setQuery, reload, guard,
    title: (text) => { document.title = text ? `${text} — ${state.school}` : state.school; }};
  const waiting = setTimeout(() => turn === state.turn && !keep && outlet.replaceChildren(skeleton('page')), 120);
  let view;
  try {
    view = await build(found, ctx);
  } catch (error) {
    if (turn !== state.turn || error.name === 'AbortError') return;
    if (!(error instanceof ApiError)) console.error(error);
    ctx.title(t('problem.title'));
    view = problem(error, reload);
  } finally {
    clearTimeout(waiting);
  }
  if (turn !== state.turn) return;
  outlet.replaceChildren(view);
  window.scrollTo(0, back ? y : 0);
  settle(outlet, {first, keep, y: back ? y : 0});
}

/* Lists that grow after the view stands: scroll is restored as soon as the page is long enough, for two seconds at most. */
function settle(outlet, {first, keep, y}) {
  if (y && document.documentElement.scrollHeight < y + window.innerHeight) {
    const watch = new ResizeObserver(() => {
      if (document.documentElement.scrollHeight >= y + window.innerHeight) { window.scrollTo(0, y); watch.disconnect(); }
    });
    watch.observe(outlet);
    setTimeout(() => watch.disconnect(), 2000);
  }
  if (first || keep) return;
  const hash = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const target = hash || outlet.querySelector('[data-focus]') || outlet.querySelector('h1');
  if (target) {
    if (!target.hasAttribute('tabindex') && !target.matches('a,button,input,select,textarea')) target.tabIndex = -1;
    target.focus({preventScroll: !hash});
  }
  announce(document.title);
}
