/* Channels: where the school shows what its families agreed to. */
import {h} from '../../ui/h.js';
import {button} from '../../ui/button.js';
import {dialog} from '../../ui/dialog.js';
import {form} from '../../ui/form.js';
import {list, listRow} from '../../ui/list.js';
import {mark, pageHead} from '../../ui/state.js';
import {word} from '../../ui/meta.js';
import {list as ask, send} from '../../api.js';
import {t} from '../../i18n.js';

async function add(ctx) {
  const plugins = await ask('/plugins', {}, {signal: ctx.signal}).then((x) => x.items, () => []);
  const publishers = plugins.filter((p) => p.state === 'enabled' && (p.capabilities || []).includes('letopis.publisher/1'));
  const options = publishers.length ? publishers.map((p) => ({value: p.id, label: p.id})) : [{value: 'site', label: 'site'}];
  const made = form({usecase: 'channel.add', submit: t('publish.add_do'), values: {plugin: options[0].value},
    fields: ['title', {name: 'plugin', type: 'enum', options, required: true}, {name: 'folder', help: t('publish.folder_help')}],
    send: async (values) => {
      const channel = await send('POST', '/channels', values);
      shown.close();
      ctx.go(`/publish/${channel.id}`);
    }});
  const shown = dialog({title: t('publish.add'), body: made.el});
}

export async function view(ctx) {
  ctx.title(t('publish.title'));
  const manages = ctx.session.roles.some((r) => r.role === 'director' || r.duty === 'publication');
  const start = manages && button({label: t('publish.add'), icon: 'plus', press: () => add(ctx)});
  return h('div', {}, pageHead({title: t('publish.title'), lead: t('publish.lead'), actions: start}),
    list(ctx, {path: '/channels', label: t('publish.title'), empty: {icon: 'globe', title: t('publish.empty'), text: t('publish.empty_text')},
      row: (c) => listRow({href: `/publish/${c.id}`, icon: 'globe', title: c.title, text: c.folder || c.settings?.folder || '',
        end: mark({label: word('channel_state', c.state), icon: c.state === 'active' ? 'check' : 'exit', kind: c.state === 'active' ? 'good' : ''})})}));
}
