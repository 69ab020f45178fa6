/* Addresses of the teacher's place. */
const page = (path, name, nav, more) => ({path, place: 'teacher', view: views[name], nav, ...more});
const views = {
  check: () => import('../views/teacher/check.js'),
  klass: () => import('../views/teacher/klass.js'),
  accounts: () => import('../views/teacher/accounts.js'),
  consents: () => import('../views/teacher/consents.js'),
  scan: () => import('../views/teacher/scan.js'),
  events: () => import('../views/teacher/events.js'),
  event: () => import('../views/teacher/event.js'),
  reviews: () => import('../views/teacher/reviews.js'),
  gto: () => import('../views/teacher/gto.js'),
  disputes: () => import('../views/teacher/disputes.js'),
  import: () => import('../views/shared/import.js'),
  olympiads: () => import('../views/shared/olympiads.js'),
  awards: () => import('../views/shared/awards.js'),
  award: () => import('../views/shared/award.js'),
  nominate: () => import('../views/shared/nominate.js'),
};

const ofClass = (session) => session.roles.some((r) => r.role === 'class_teacher' || r.role === 'substitute');

/* Teachers of physical culture and those in charge of the GTO look at it class by class. */
const ofGto = (session) => session.roles.some((r) => (r.role === 'duty' && r.duty === 'gto') || (r.role === 'teacher' && /^физ(ическая культура|культура|ра)/i.test(r.subject || '')));

export const routes = [
  page('/check', 'check', {label: 'nav.teacher.check', icon: 'check', order: 1}, {wide: true}),
  page('/class', 'klass', {label: 'nav.teacher.class', icon: 'board', order: 2, when: ofClass}, {wide: true}),
  page('/class/accounts', 'accounts', null, {under: '/class'}),
  page('/class/consents', 'consents', null, {under: '/class'}),
  page('/class/consents/:scan', 'scan', null, {under: '/class', wide: true}),
  page('/class/gto', 'gto', {label: 'nav.teacher.gto', icon: 'runner', order: 7, phone: false, when: ofGto}, {under: '/class', wide: true, words: ['teacher', 'gto'], style: 'gto'}),
  page('/class/olympiads', 'olympiads', null, {under: '/class', wide: true, words: ['teacher', 'olympiads']}),
  page('/events', 'events', {label: 'nav.teacher.events', icon: 'calendar', order: 3}),
  page('/events/:id', 'event', null, {under: '/events'}),
  page('/class/reviews', 'reviews', {label: 'nav.teacher.reviews', icon: 'chat', order: 4}),
  page('/class/disputes', 'disputes', {label: 'nav.teacher.disputes', icon: 'flag', order: 5, phone: false}),
  page('/awards', 'awards', {label: 'nav.teacher.awards', icon: 'medal', order: 5.5, phone: false}, {words: ['teacher', 'pupil', 'awards'], style: 'awards', wide: true}),
  page('/awards/new', 'nominate', null, {words: ['teacher', 'pupil', 'awards'], style: 'awards', under: '/awards'}),
  page('/awards/:id', 'award', null, {words: ['teacher', 'pupil', 'awards'], style: 'awards', under: '/awards'}),
  page('/import', 'import', {label: 'nav.teacher.import', icon: 'upload', order: 6, phone: false}, {wide: true}),
];
