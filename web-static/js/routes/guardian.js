/* Addresses of the guardian place. */
const view = (name) => () => import(`../views/guardian/${name}.js`);
/* Entries are told in the words of the pupil's place. */
const both = ['pupil', 'guardian'];
const rights = (right) => (session) => (session.children || []).some((c) => c.rights?.[right] !== false);
export const routes = [
  {path: '/children', place: 'guardian', words: both, view: view('children'), nav: {label: 'nav.guardian.children', icon: 'people', order: 1}},
  {path: '/consents', place: 'guardian', words: both, view: view('consents'), nav: {label: 'nav.guardian.consents', icon: 'shield', order: 2, when: rights('consent')}},
  {path: '/children/add', place: 'guardian', view: view('whose'), nav: {label: 'nav.guardian.add', icon: 'plus', order: 3, main: true, when: rights('add')}},
  {path: '/access', place: 'guardian', view: view('access'), nav: {label: 'nav.guardian.access', short: 'nav.guardian.access', icon: 'eye', order: 4}},
  {path: '/children/:pupil', place: 'guardian', words: both, view: view('child'), under: '/children'},
  {path: '/children/:pupil/add', place: 'guardian', view: () => import('../views/pupil/add.js'), words: both, style: 'pupil', bare: true, under: '/children/add'},
  {path: '/children/:pupil/reviews', place: 'guardian', view: view('reviews'), under: '/children'},
  {path: '/children/:pupil/goals', place: 'guardian', view: view('goals'), under: '/children'},
  {path: '/children/:pupil/links', place: 'guardian', view: view('links'), under: '/children'},
  {path: '/children/:pupil/objections', place: 'guardian', view: view('objections'), under: '/children'},
];
