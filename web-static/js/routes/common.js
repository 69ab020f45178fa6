/* Addresses for everybody. */
export const routes = [
  {path: '/', place: 'common', view: () => import('../views/common/start.js')},
  {path: '/search', place: 'common', view: () => import('../views/common/search.js')},
  {path: '/notices', place: 'common', view: () => import('../views/common/notices.js')},
  {path: '/account', place: 'common', view: () => import('../views/common/account.js')},
  {path: '/s', place: 'public', open: true, view: () => import('../views/public/share.js')},
  {path: '/jobs', place: 'common', view: () => import('../views/common/jobs.js')},
];
export const missing = {path: '*', place: 'common', view: () => import('../views/common/missing.js')};
