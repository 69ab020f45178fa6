/* The address without a page: to the place the person has work in. */
import {placeHome} from '../../ui/shell.js';
import {empty} from '../../ui/state.js';
import {t} from '../../i18n.js';

export async function view(ctx) {
  const place = ctx.session.places?.[0];
  ctx.title('');
  if (place) ctx.go(placeHome(place), {replace: true});
  return empty({title: t('start.nothing'), text: t('start.nothing_text')});
}
