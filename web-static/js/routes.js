/* Every address of the client, place by place; the first that matches wins. A route is
 * {path, place, view: () => import(…), nav?: {label, short, icon, order, main, when(session)}, under?: path of the nav item it belongs to, wide?,
 *  when?(session, params): is it this person's address? to?(params): the address that stands for this one} */
import {routes as common, missing} from './routes/common.js';
import {routes as pupil} from './routes/pupil.js';
import {routes as guardian} from './routes/guardian.js';
import {routes as teacher} from './routes/teacher.js';
import {routes as office} from './routes/office.js';
import {routes as sysadmin} from './routes/sysadmin.js';

/* Nouns whose fields the forms of a place are made of (/api/v1/meta?noun=…). */
export const nouns = {
  pupil: ['entry', 'review', 'goal', 'share', 'gto'],
  guardian: ['entry', 'review', 'goal', 'share', 'gto'],
  teacher: ['entry', 'event', 'gto', 'review', 'award', 'olympiad'],
  office: ['entry', 'school', 'person', 'pupil', 'role', 'channel', 'award', 'carrier', 'olympiad'],
  sysadmin: ['school', 'carrier'],
};

export const routes = [...pupil, ...guardian, ...teacher, ...office, ...sysadmin, ...common, missing];
