/* What stands around every view: school, search, notices, the person's menu, the way between places; the bottom bar on phones. */
import {add, h} from './h.js';
import {icon} from './icon.js';
import {button} from './button.js';
import {menu} from './menu.js';
import {suggestBox} from './suggest.js';
import {theme, setTheme} from './theme.js';
import {lang, langs, t} from '../i18n.js';

export function brandMark() {
  const el = icon('book');
  el.setAttribute('class', 'icon brand-mark');
  return el;
}

/* shell({session, school, routes, actions: {signOut, setLang}}) → {el, outlet, update(route)} */
export function shell({session, school, routes, actions, badge}) {
  const outlet = h('main', {class: 'main', id: 'main', tabindex: '-1'});
  const nav = h('nav', {class: 'nav', 'aria-label': t('shell.nav')});
  const bottom = h('nav', {class: 'bottom', 'aria-label': t('shell.nav')});
  const state = {place: session.places?.[0] || 'common'};
  const brand = h('a', {class: 'brand', href: '/'}, brandMark(), h('span', {class: 'brand-name'}, school.short_name || school.name || t('app.name')));
  const bell = button({label: t('shell.notices'), icon: 'bell', only: true, href: '/notices', after: badge});
  const el = h('div', {class: 'app'}, h('a', {class: 'skip', href: '#main'}, t('shell.skip')),
    h('header', {class: 'head'}, h('div', {class: 'head-in'}, brand, suggestBox({staff: session.kind === 'staff'}),
      h('div', {class: 'head-tools'}, button({label: t('shell.search'), icon: 'search', only: true, href: '/search', class: 'only-phone'}), bell, person({session, state, routes, actions}))), nav),
    h('div', {class: 'offline', hidden: true, role: 'status'}, ''), outlet, bottom);

  function update(route) {
    if (route.place && (session.places || []).includes(route.place)) state.place = route.place;
    const items = routes.filter((r) => r.nav && r.place === state.place && (!r.nav.when || r.nav.when(session))).sort((a, b) => a.nav.order - b.nav.order);
    const current = (r) => (r.path === route.path || route.under === r.path ? 'page' : null);
    nav.replaceChildren(...items.filter((r) => r.nav.desk !== false && (!r.nav.main || r.nav.inNav)).map((r) => h('a', {href: r.nav.href || r.path, 'aria-current': current(r)}, icon(r.nav.icon), t(r.nav.label))));
    nav.hidden = nav.children.length < 2;
    const small = items.filter((r) => r.nav.phone !== false).slice(0, 5);
    bottom.replaceChildren(...small.map((r) => h('a', {href: r.nav.href || r.path, class: r.nav.main && 'bottom-main', 'aria-current': current(r)}, icon(r.nav.icon), h('span', {}, t(r.nav.short || r.nav.label)))));
    const none = small.length < 2 || route.bare;
    bottom.hidden = none;
    if (none) document.documentElement.style.setProperty('--bar', '0px');
    else document.documentElement.style.removeProperty('--bar');
    outlet.className = `main${route.wide ? ' main-wide' : ''} place-${route.place}`;
    return outlet;
  }
  const offline = el.querySelector('.offline');
  return {el, outlet, update, line(ok) { offline.hidden = ok; offline.textContent = ok ? '' : t('net.trying'); }};
}

const first = {pupil: '/portfolio', guardian: '/children', teacher: '/check', office: '/school', sysadmin: '/system'};
export const placeHome = (place) => first[place] || '/';

function person({session, state, actions}) {
  const items = () => [
    {note: add(h('div', {}), [h('strong', {}, session.name), h('div', {}, session.login)])},
    ...((session.places || []).length > 1 ? ['line', {note: t('shell.places')}, ...session.places.map((p) => ({label: t(`place.${p}`), icon: PLACE_ICONS[p], href: placeHome(p), checked: p === state.place}))] : []),
    'line', ...settings(actions),
    'line', {label: t('shell.account'), icon: 'key', href: '/account'}, {label: t('shell.sign_out'), icon: 'exit', press: actions.signOut},
  ];
  return menu({label: t('shell.person', {name: session.name}), icon: 'person', items});
}
export const PLACE_ICONS = {pupil: 'book', guardian: 'people', teacher: 'check', office: 'board', sysadmin: 'settings'};

const NAMES = {ru: 'Русский', en: 'English'};
const settings = (actions) => [
  ...langs.map((l) => ({label: NAMES[l], icon: 'globe', checked: l === lang(), press: () => actions.setLang(l)})),
  'line', ...[['auto', 'phone'], ['light', 'sun'], ['dark', 'moon']].map(([name, pic]) => ({label: t(`theme.${name}`), icon: pic, checked: theme() === name, press: () => setTheme(name)})),
];

/* Language and theme where nobody is signed in. */
export const smallTools = (actions) => h('div', {class: 'entry-tools'},
  langs.filter((l) => l !== lang()).map((l) => button({label: NAMES[l], icon: 'globe', kind: 'quiet', lang: l, onclick: () => actions.setLang(l)})),
  menu({label: t('theme.title'), icon: document.documentElement.dataset.theme === 'dark' ? 'moon' : 'sun', only: false, kind: 'quiet', items: () => settings(actions).slice(3)}));
