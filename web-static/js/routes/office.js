/* Addresses of the office place: deputy heads, director, clerk and those in charge of something. */
const has = (...roles) => (session) => session.roles.some((r) => roles.includes(r.role) || roles.includes(r.duty));
const heads = has('director', 'deputy_head');
const people = has('director', 'deputy_head', 'clerk', 'personal_data');

const page = (path, name, nav, more) => ({path, place: 'office', view: views[name], nav, ...more});
const views = {
  school: () => import('../views/office/school.js'),
  sample: () => import('../views/office/sample.js'),
  pupils: () => import('../views/office/pupils.js'),
  people: () => import('../views/office/people.js'),
  person: () => import('../views/office/person.js'),
  classes: () => import('../views/office/classes.js'),
  publish: () => import('../views/office/publish.js'),
  channel: () => import('../views/office/channel.js'),
  access: () => import('../views/office/access.js'),
  settings: () => import('../views/office/settings.js'),
  backups: () => import('../views/shared/backups.js'),
  import: () => import('../views/shared/import.js'),
  olympiads: () => import('../views/shared/olympiads.js'),
  awards: () => import('../views/shared/awards.js'),
  award: () => import('../views/shared/award.js'),
  nominate: () => import('../views/shared/nominate.js'),
  awardkinds: () => import('../views/shared/awardkinds.js'),
  erase: () => import('../views/office/erase.js'),
  erasures: () => import('../views/office/erasures.js'),
};

export const routes = [
  page('/school', 'school', {label: 'nav.office.school', icon: 'chart', order: 1, when: heads}, {wide: true}),
  page('/sample', 'sample', {label: 'nav.office.sample', icon: 'shield', order: 2, when: heads}),
  page('/pupils', 'pupils', {label: 'nav.office.pupils', icon: 'person', order: 3}),
  page('/people', 'people', {label: 'nav.office.people', icon: 'people', order: 4, when: people}),
  page('/people/:id', 'person', null, {under: '/people'}),
  page('/classes', 'classes', {label: 'nav.office.classes', icon: 'board', order: 5, when: people, phone: false}),
  page('/awards', 'awards', {label: 'nav.teacher.awards', icon: 'medal', order: 2.5, when: heads, phone: false}, {words: ['office', 'pupil', 'awards'], style: 'awards', wide: true}),
  page('/awards/new', 'nominate', null, {words: ['office', 'pupil', 'awards'], style: 'awards', under: '/awards'}),
  page('/awards/kinds', 'awardkinds', null, {words: ['office', 'pupil', 'awards'], style: 'awards', under: '/awards'}),
  page('/awards/:id', 'award', null, {words: ['office', 'pupil', 'awards'], style: 'awards', under: '/awards'}),
  page('/import', 'import', {label: 'nav.teacher.import', icon: 'upload', order: 5.5, phone: false}, {wide: true, words: ['office', 'teacher'], style: 'teacher'}),
  page('/olympiads', 'olympiads', {label: 'nav.office.olympiads', icon: 'trophy', order: 5.7, when: has('director', 'deputy_head', 'olympiads'), phone: false}, {wide: true, words: ['office', 'teacher', 'olympiads']}),
  page('/publish', 'publish', {label: 'nav.office.publish', icon: 'globe', order: 6, when: has('director', 'deputy_head', 'publication')}),
  page('/publish/:id', 'channel', null, {under: '/publish', wide: true}),
  page('/pupils/:pupil/erase', 'erase', null, {under: '/pupils'}),
  page('/erasures', 'erasures', null, {under: '/pupils'}),
  page('/access', 'access', {label: 'nav.office.access', icon: 'eye', order: 7, when: has('director', 'personal_data'), phone: false}),
  page('/backups', 'backups', {label: 'nav.office.backups', icon: 'archive', order: 7.5, when: has('director', 'storage'), phone: false}, {words: 'backups', style: 'backups'}),
  page('/settings', 'settings', {label: 'nav.office.settings', icon: 'settings', order: 8, when: has('director', 'sysadmin'), phone: false}),
];
