/* Addresses of the pupil's place; the same pages show a pupil's portfolio to those who may see it (/pupils/…). */
const view = (name) => () => import(`../views/pupil/${name}.js`);
const pages = (base, under) => [
  {path: `${base}/sections`, place: 'pupil', view: view('sections'), under},
  {path: `${base}/order`, place: 'pupil', view: view('order'), under},
  {path: `${base}/gto`, place: 'pupil', view: view('gto'), words: ['pupil', 'gto'], style: 'gto', under},
  {path: `${base}/admission`, place: 'pupil', view: view('admission'), under},
];
export const routes = [
  {path: '/portfolio', place: 'pupil', view: view('feed'), nav: {label: 'nav.pupil.portfolio', short: 'nav.pupil.portfolio_short', icon: 'book', order: 1}},
  {path: '/portfolio/goals', place: 'pupil', view: view('goals'), nav: {label: 'nav.pupil.goals', icon: 'target', order: 2, desk: false}},
  {path: '/portfolio/add', place: 'pupil', view: view('add'), bare: true, nav: {label: 'nav.pupil.add', icon: 'plus', order: 3, main: true}},
  {path: '/portfolio/reviews', place: 'pupil', view: view('reviews'), nav: {label: 'nav.pupil.reviews', icon: 'chat', order: 4, desk: false}},
  {path: '/portfolio/about', place: 'pupil', view: view('about'), nav: {label: 'nav.pupil.about', icon: 'person', order: 5, desk: false}},
  {path: '/portfolio/shares', place: 'pupil', view: view('shares'), under: '/portfolio/about'},
  {path: '/portfolio/consents', place: 'pupil', view: view('consents'), under: '/portfolio/about'},
  ...pages('/portfolio', '/portfolio'),
  {path: '/entries/:id', place: 'pupil', view: view('entry'), under: '/portfolio'},
  {path: '/entries/:id/edit', place: 'pupil', view: view('edit'), under: '/portfolio', bare: true},
  {path: '/entries/:id/public', place: 'pupil', view: view('mask'), words: ['pupil', 'mask'], style: 'mask', under: '/portfolio', bare: true},
  {path: '/pupils/:pupil', place: 'pupil', view: view('feed')},
  {path: '/pupils/:pupil/goals', place: 'pupil', view: view('goals')},
  {path: '/pupils/:pupil/reviews', place: 'pupil', view: view('reviews')},
  {path: '/pupils/:pupil/add', place: 'pupil', view: view('add'), bare: true},
  ...pages('/pupils/:pupil'),
];
