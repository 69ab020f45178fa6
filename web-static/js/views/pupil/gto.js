/* «ГТО»: the board of qualities with bronze, silver and gold, and how far each is. */
import {get, send} from '../../api.js';
import {dateShort, number, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {dialog} from '../../ui/dialog.js';
import {form} from '../../ui/form.js';
import {medal, quality} from '../../ui/gto.js';
import {h} from '../../ui/h.js';
import {classNumber, isOwn, portfolioTabs, whose} from '../../ui/portfolio.js';
import {empty, mark, note, pageHead} from '../../ui/state.js';
import {toast} from '../../ui/toast.js';

export async function view(ctx) {
  ctx.title(t('gto.title'));
  const pupil = whose(ctx);
  const data = await get('/gto/evaluate', {pupil}, {signal: ctx.signal}).catch((error) => {
    if (error.code !== 'gto.card') throw error;
    return {refused: error.message};
  });
  const tabs = portfolioTabs(ctx, classNumber(data));
  if (data.refused || data.problem) return h('div', {}, tabs, pageHead({title: t('gto.title')}), empty({icon: 'runner', title: t('gto.no_level'), text: data.refused || data.problem.text}), badges(data));
  const board = data.board;
  const staff = ctx.session.kind === 'staff';
  const obligatory = board.qualities.filter((q) => q.mandatory);
  const free = board.qualities.filter((q) => !q.mandatory);
  return h('div', {class: 'gto'}, tabs,
    pageHead({title: t('gto.title'), lead: t('gto.level', {level: board.level, from: number(board.ages[0]), to: number(board.ages[1])}),
      actions: [staff && button({label: t('gto.add'), icon: 'plus', kind: 'primary', onclick: () => add(ctx, board)}), button({label: t('ui.print'), icon: 'print', kind: 'quiet', onclick: () => window.print()})]}),
    h('p', {class: isOwn(ctx) ? 'only-print' : 'gto-whose'}, [data.name, data.class_name].filter(Boolean).join(', ')),
    standing(data), badges(data), waiting(data),
    h('section', {}, h('h2', {}, t('gto.must')), h('p', {class: 'soft measure'}, t('gto.must_text')), h('div', {class: 'gto-board'}, obligatory.map(quality))),
    h('section', {}, h('h2', {}, t('gto.choice')), h('p', {class: 'soft measure'}, board.judged ? t('gto.choice_text', {bronze: board.tests.bronze, silver: board.tests.silver, gold: board.tests.gold}) : t('gto.choice_open')),
      h('div', {class: 'gto-board'}, free.map(quality))),
    h('footer', {class: 'small soft measure gto-foot'}, h('p', {}, t('gto.edition', {title: board.edition_title})), hasOneSource(board) && h('p', {}, h('sup', {}, '*'), ` ${t('gto.one_source')}.`),
      board.judged && board.tests_sources === 1 && h('p', {}, t('gto.count_one_source')), h('p', {}, t('gto.centre'))));
}

const hasOneSource = (board) => board.qualities.some((q) => q.tests.some((x) => Object.values(x.norms).some((n) => n.sources === 1)));

/* Where one stands, and the nearest step in words. */
function standing(data) {
  const board = data.board;
  if (!board.judged) return note({icon: 'info', title: t('gto.unset'), text: t('gto.unset_text'), attention: true});
  const next = board.missing[0];
  return h('section', {class: 'card gto-standing'}, h('div', {class: 'card-in'},
    h('div', {class: 'row row-apart row-top'}, h('h2', {}, t(`gto.stand_${board.badge}`)), medal(board.badge)),
    next ? h('div', {}, h('p', {class: 'lead'}, t(`gto.left_${next.badge}`, {n: next.obligatory + next.choice})), h('ul', {class: 'gto-left'}, next.items.filter((i) => i.mandatory).map((i) => h('li', {}, i.text)),
      next.choice > 0 && h('li', {}, t('gto.left_choice', {n: next.choice}), ' ', next.items.filter((i) => !i.mandatory).map((i) => i.title.toLowerCase()).join(', '), '.')))
      : h('p', {class: 'lead'}, t('gto.all_done'))));
}

function badges(data) {
  if (!data.badges?.length) return null;
  return h('section', {}, h('h2', {}, t('gto.awarded')), h('ul', {class: 'gto-awards'}, data.badges.map((b) => h('li', {class: 'card'}, h('div', {class: 'card-in'},
    h('a', {href: `/entries/${b.id}`}, medal(b.badge)), b.level && h('p', {}, t('gto.of_level', {level: b.level})),
    b.number && h('p', {class: 'small soft'}, t('gto.certificate', {number: b.number})),
    b.order && h('p', {class: 'small soft'}, t('gto.order', {order: b.order, date: b.order_date ? dateShort(b.order_date) : ''}))))))); 
}

/* What was handed in and is not checked yet, and what could not be read. */
function waiting(data) {
  const open = data.results.filter((r) => r.state !== 'verified' || r.problem);
  if (!open.length) return null;
  return h('section', {}, h('h2', {}, t('gto.waiting')), h('ul', {class: 'gto-waiting'}, open.map((r) => h('li', {}, h('a', {href: `/entries/${r.id}`}, r.problem ? r.entry_title : `${r.short}: ${r.words}`), ' ',
    r.problem ? h('span', {class: 'small soft'}, r.problem.text) : mark({label: t('gto.not_checked'), icon: 'clock'})))));
}

/* A result entered by a teacher: judged before it is written. */
function add(ctx, board) {
  const tests = board.qualities.flatMap((q) => q.tests.map((x) => ({value: x.test, label: x.title})));
  const made = form({usecase: 'gto.add', fields: [{name: 'test', type: 'enum', required: true, whole: true, options: tests}, {name: 'value', required: true, help: t('gto.value_help')}, {name: 'on', value: ctx.session.today}]});
  dialog({title: t('gto.add'), body: made.el, actions: [{label: t('ui.cancel')}, {label: t('ui.save'), kind: 'primary', press: async () => {
    if (!made.check()) return false;
    try {
      await send('POST', '/gto/results', {...made.values(), pupil: whose(ctx)});
    } catch (error) {
      if (error.name !== 'ApiError') throw error;
      made.errors([{field: error.field || 'value', text: error.message}]);
      return false;
    }
    toast(t('ui.saved'));
    ctx.reload();
    return true;
  }}]});
}
