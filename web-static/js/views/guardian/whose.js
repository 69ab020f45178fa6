/* «Добавить»: for whom, where there are several children. */
import {h} from '../../ui/h.js';
import {icon} from '../../ui/icon.js';
import {empty, pageHead} from '../../ui/state.js';
import {kids} from '../../ui/child.js';
import {t} from '../../i18n.js';

export async function view(ctx) {
  ctx.title(t('whose.title'));
  const children = kids(ctx.session, 'add');
  if (!children.length) return empty({icon: 'people', title: t('whose.none'), text: t('whose.none_text')});
  if (children.length === 1) {
    ctx.go(`/pupils/${children[0].pupil}/add`, {replace: true});
    return h('h1', {}, t('whose.title'));
  }
  return h('div', {}, pageHead({title: t('whose.title')}), h('div', {class: 'whose'}, children.map((c) =>
    h('a', {class: 'choice', href: `/pupils/${c.pupil}/add`}, icon('person'), h('strong', {}, c.name), c.class && h('span', {class: 'soft'}, c.class.name || c.class)))));
}
