/* State of the installation: green, or what is wrong. No names, no content of portfolios. */
import {h} from '../../ui/h.js';
import {button} from '../../ui/button.js';
import {note, pageHead} from '../../ui/state.js';
import {fail, toast} from '../../ui/toast.js';
import {get, send} from '../../api.js';
import {number, t} from '../../i18n.js';

async function run(ctx, path, done) {
  try {
    const answer = await send('POST', path);
    if (answer?.job) ctx.go('/jobs');
    else toast(t(done));
  } catch (error) { fail(error); }
}

export async function view(ctx) {
  ctx.title(t('system.title'));
  const state = await get('/system/status', null, {signal: ctx.signal});
  const wrong = state.problems;
  return h('div', {class: 'stack-l'}, pageHead({title: t('system.title'), lead: t('system.version', {version: state.version})}),
    wrong.length ? wrong.map((p) => note({icon: 'warning', attention: true, title: p.text, text: p.mend})) : note({icon: 'check', title: t('system.good'), text: t('system.good_text')}),
    h('dl', {class: 'facts'},
      h('dt', {}, t('system.pupils')), h('dd', {class: 'number'}, number(state.pupils)),
      h('dt', {}, t('system.entries')), h('dd', {class: 'number'}, number(state.entries)),
      h('dt', {}, t('system.repositories')), h('dd', {class: 'number'}, number(state.repositories)),
      h('dt', {}, t('system.fingerprint')), h('dd', {}, h('code', {class: 'code'}, state.fingerprint))),
    h('section', {class: 'stack-s'}, h('h2', {}, t('system.care')), h('p', {class: 'measure soft'}, t('system.care_text')),
      h('div', {class: 'row'}, button({label: t('system.fsck'), icon: 'shield', press: () => run(ctx, '/system/fsck', 'system.fsck_done')}),
        button({label: t('system.reindex'), icon: 'turn', kind: 'quiet', press: () => run(ctx, '/system/reindex', 'system.reindex_done')}))));
}
