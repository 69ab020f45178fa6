/* Addresses of the pupil's place. */
const view = (name) => () => import(`../views/pupil/${name}.js`);
export const routes = [
  {path: '/portfolio', place: 'pupil', view: view('feed'), nav: {label: 'nav.pupil.portfolio', short: 'nav.pupil.portfolio_short', icon: 'book', order: 1}},
  {path: '/portfolio/sections', place: 'pupil', view: view('sections'), under: '/portfolio'},
  {path: '/portfolio/goals', place: 'pupil', view: view('goals'), nav: {label: 'nav.pupil.goals', icon: 'target', order: 2}},
  {path: '/portfolio/add', place: 'pupil', view: view('add'), nav: {label: 'nav.pupil.add', icon: 'plus', order: 3, main: true}},
  {path: '/portfolio/reviews', place: 'pupil', view: view('reviews'), nav: {label: 'nav.pupil.reviews', icon: 'chat', order: 4}},
  {path: '/portfolio/admission', place: 'pupil', view: view('admission'), under: '/portfolio'},
  {path: '/portfolio/about', place: 'pupil', view: view('about'), nav: {label: 'nav.pupil.more', short: 'nav.pupil.more_short', icon: 'person', order: 5}},
  {path: '/portfolio/shares', place: 'pupil', view: view('shares'), under: '/portfolio/about'},
  {path: '/entries/:id', place: 'pupil', view: view('entry'), under: '/portfolio'},
  {path: '/entries/:id/edit', place: 'pupil', view: view('edit'), under: '/portfolio'},
];
