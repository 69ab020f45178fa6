import {ApiError} from '../../api.js';
import {t} from '../../i18n.js';
import {problem} from '../../ui/state.js';

export async function view(ctx) {
  ctx.title(t('problem.missing'));
  return problem(new ApiError(404));
}
