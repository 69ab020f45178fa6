/* Plugins: which ones run, which were refused and why. */
import {h} from '../../ui/h.js';
import {button} from '../../ui/button.js';
import {list, listRow} from '../../ui/list.js';
import {mark, pageHead} from '../../ui/state.js';
import {fail} from '../../ui/toast.js';
import {send} from '../../api.js';
import {t} from '../../i18n.js';

const MARKS = {enabled: ['check', 'good'], disabled: ['minus', ''], refused: ['warning', 'attention']};

export async function view(ctx) {
  ctx.title(t('plugins.title'));
  let api = null;
  const turn = async (p, verb) => {
    try { await send('POST', `/plugins/${p.id}/${verb}`); api.refresh(); } catch (error) { fail(error); }
  };
  const can = (p) => (p.capabilities || []).map((c) => t(`plugins.${c.split('/')[0].split('.').pop()}`)).join(', ');
  return h('div', {}, pageHead({title: t('plugins.title'), lead: t('plugins.lead')}),
    list(ctx, {path: '/plugins', label: t('plugins.title'), ref: (a) => { api = a; }, empty: {icon: 'box', title: t('plugins.empty')},
      row: (p) => listRow({icon: 'box', title: [p.id, p.version].filter(Boolean).join(' '), text: p.reason || can(p),
        end: h('div', {class: 'row'}, mark({label: t(`plugins.state_${p.state}`), icon: (MARKS[p.state] || MARKS.disabled)[0], kind: (MARKS[p.state] || MARKS.disabled)[1]}),
          p.state === 'enabled' && button({label: t('plugins.disable'), kind: 'quiet', press: () => turn(p, 'disable')}),
          p.state === 'disabled' && button({label: t('plugins.enable'), press: () => turn(p, 'enable')}))})}));
}
