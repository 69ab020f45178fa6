/* Addresses of the guardian place. */
const view = (name) => () => import(`../views/guardian/${name}.js`);
/* Entries are told in the words of the pupil's place. */
const both = ['pupil', 'guardian'];
const rights = (right) => (session) => (session.children || []).some((c) => c.rights?.[right] !== false);
/* One's own child: the portfolio has one address for everybody, and a guardian finds more there. */
const own = (session, params) => (session?.children || []).some((c) => c.pupil === params.pupil);
const child = (tail, open, more) => ({path: `/pupils/:pupil${tail}`, place: 'guardian', when: own, view: open, words: both, style: 'pupil', under: '/children', ...more});
const pupils = (name) => () => import(`../views/pupil/${name}.js`);

export const routes = [
  {path: '/children', place: 'guardian', words: both, view: view('children'), nav: {label: 'nav.guardian.children', icon: 'people', order: 1}},
  {path: '/consents', place: 'guardian', words: both, view: view('consents'), nav: {label: 'nav.guardian.consents', icon: 'shield', order: 2, when: rights('consent')}},
  {path: '/children/add', place: 'guardian', view: view('whose'), nav: {label: 'nav.guardian.add', icon: 'plus', order: 3, main: true, when: rights('add')}},
  {path: '/access', place: 'guardian', view: view('access'), nav: {label: 'nav.guardian.access', short: 'nav.guardian.access', icon: 'eye', order: 4}},
  child('', pupils('feed')),
  child('/add', pupils('add'), {bare: true, under: '/children/add'}),
  child('/sections', pupils('sections')),
  child('/gto', pupils('gto'), {words: [...both, 'gto'], style: 'gto'}),
  child('/admission', pupils('admission')),
  child('/reviews', view('reviews'), {style: 'guardian'}),
  child('/goals', view('goals'), {style: 'guardian'}),
  child('/links', view('links'), {style: 'guardian'}),
  child('/objections', view('objections'), {style: 'guardian'}),
  /* addresses as they were */
  {path: '/children/:pupil', place: 'guardian', to: (p) => `/pupils/${p.pupil}`},
  {path: '/children/:pupil/:page', place: 'guardian', to: (p) => `/pupils/${p.pupil}/${p.page}`},
];
