/* Staff, guardians, mentors. */
import {h} from '../../ui/h.js';
import {button} from '../../ui/button.js';
import {dialog} from '../../ui/dialog.js';
import {form} from '../../ui/form.js';
import {list, listRow} from '../../ui/list.js';
import {pageHead} from '../../ui/state.js';
import {word} from '../../ui/meta.js';
import {send} from '../../api.js';
import {fullName, t} from '../../i18n.js';

function add(ctx) {
  const made = form({usecase: 'person.add', fields: ['surname', 'name', 'patronymic', 'phone', 'email'], submit: t('people.add_do'),
    send: async (values) => {
      const person = await send('POST', '/people', values);
      shown.close();
      ctx.go(`/people/${person.id}`);
    }});
  const shown = dialog({title: t('people.add'), body: made.el});
}

const about = (p) => [...(p.roles || []).map((r) => word('role', r)), p.guardian && t('people.guardian')].filter(Boolean).join(', ');

export async function view(ctx) {
  ctx.title(t('people.title'));
  return h('div', {}, pageHead({title: t('people.title'), lead: t('people.lead'), actions: button({label: t('people.add'), icon: 'plus', onclick: () => add(ctx)})}),
    list(ctx, {path: '/people', label: t('people.title'), print: true,
      filters: [{name: 'query', type: 'search', label: t('people.search')}, {name: 'role', label: t('people.role'), values: 'role'}, {name: 'duty', label: t('people.duty'), values: 'duty'}],
      empty: {icon: 'people', title: t('people.empty'), text: t('people.empty_text')},
      row: (p) => listRow({href: `/people/${p.id}`, icon: p.roles?.length ? 'cap' : 'person', title: fullName(p), text: about(p)})}));
}
