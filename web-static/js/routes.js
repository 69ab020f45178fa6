/* Every address of the client, place by place; the first that matches wins. A route is
 * {path, place, view: () => import(…), nav?: {label, short, icon, order, main, when(session)}, under?: path of the nav item it belongs to, wide?} */
import {routes as common, missing} from './routes/common.js';
import {routes as pupil} from './routes/pupil.js';
import {routes as guardian} from './routes/guardian.js';
import {routes as teacher} from './routes/teacher.js';
import {routes as office} from './routes/office.js';
import {routes as sysadmin} from './routes/sysadmin.js';

export const routes = [...pupil, ...guardian, ...teacher, ...office, ...sysadmin, ...common, missing];
