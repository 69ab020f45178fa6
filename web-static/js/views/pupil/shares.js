import {empty} from '../../ui/state.js';
export async function view() { return empty({}); }
