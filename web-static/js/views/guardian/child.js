/* A child's portfolio as the parent sees it. */
import {h} from '../../ui/h.js';
import {list} from '../../ui/list.js';
import {words} from '../../ui/meta.js';
import {entryCard} from '../../ui/entry.js';
import {button} from '../../ui/button.js';
import {childPage} from '../../ui/childpage.js';
import {firstName} from '../../ui/child.js';
import {get, url} from '../../api.js';
import {t, year} from '../../i18n.js';

export async function view(ctx) {
  const {child, base, el} = childPage(ctx, {add: true});
  const page = await get(`/pupils/${child.pupil}/portfolio`, {}, {signal: ctx.signal});
  const states = page.states || {};
  const counts = [t('child.count', {n: page.count || 0}), states.submitted && t('child.waiting', {n: states.submitted}), states.returned && t('child.returned', {n: states.returned})].filter(Boolean);
  const now = ctx.session.year || new Date().getFullYear();
  const years = Array.from({length: 5}, (_, i) => ({value: String(now - i), label: year(now - i)}));
  return el(page.pupil?.about && h('blockquote', {class: 'about'}, h('p', {}, page.pupil.about)), h('p', {class: 'soft number'}, counts.join(' · ')),
    list(ctx, {path: `/pupils/${child.pupil}/portfolio/timeline`, label: t('child.feed'), grid: true, row: (e) => entryCard(e),
      filters: [{name: 'section', label: t('child.section'), type: 'enum', options: words('section')}, {name: 'school_year', label: t('child.year'), type: 'enum', options: years}],
      empty: {icon: 'book', title: t('child.empty', {name: firstName(child.name)}), text: t('child.empty_text'),
        action: child.rights?.add !== false && button({label: t('children.add'), icon: 'plus', kind: 'primary', href: `${base}/add`})}}),
    h('p', {class: 'child-take no-print'}, button({label: t('child.export'), icon: 'download', kind: 'quiet', href: url(`/pupils/${child.pupil}/portfolio/export`, {format: 'zip'}), download: ''})));
}
