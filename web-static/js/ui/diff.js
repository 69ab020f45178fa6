/* diff(changes, {label, value}): what changed, field by field; changes: [{field, from, to}] as /entries/ID/diff gives them. */
import {h, hush} from './h.js';
import {t} from '../i18n.js';

export function diff(changes, {label, value}) {
  if (!changes.length) return h('p', {class: 'soft'}, t('diff.none'));
  return h('dl', {class: 'diff'}, changes.map((c) => {
    const from = value(c.field, c.from);
    const to = value(c.field, c.to);
    return h('div', {class: 'diff-row'}, h('dt', {class: 'label'}, label(c.field)), h('dd', {},
      from ? h('del', {}, hush(`${t('diff.was')} `), from) : null, from && to ? h('span', {class: 'arrow', 'aria-hidden': 'true'}, '→') : null,
      to ? h('ins', {}, hush(`${t('diff.now')} `), to) : h('span', {class: 'soft'}, ` ${t('diff.removed')}`)));
  }));
}
