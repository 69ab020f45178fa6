/* Addresses of the sysadmin place: the installation, no portfolio content. */
export const routes = [
  {path: '/system', place: 'sysadmin', view: () => import('../views/sysadmin/system.js'), nav: {label: 'nav.sysadmin.system', icon: 'shield', order: 1}},
  {path: '/system/backups', place: 'sysadmin', words: 'backups', style: 'backups', view: () => import('../views/shared/backups.js'), nav: {label: 'nav.sysadmin.backups', icon: 'archive', order: 1.5}},
  {path: '/plugins', place: 'sysadmin', view: () => import('../views/sysadmin/plugins.js'), nav: {label: 'nav.sysadmin.plugins', icon: 'box', order: 2}},
  {path: '/system/log', place: 'sysadmin', view: () => import('../views/sysadmin/log.js'), nav: {label: 'nav.sysadmin.log', icon: 'list', order: 2.5}},
  {path: '/system/settings', place: 'sysadmin', words: 'office', view: () => import('../views/office/settings.js'), nav: {label: 'nav.office.settings', icon: 'settings', order: 3}},
];
