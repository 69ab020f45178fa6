/* The GTO in pieces: a medal with its word, the steps of a test, the board of qualities. */
import {h} from './h.js';
import {mark} from './state.js';
import {dateShort, t} from '../i18n.js';

export const BADGES = ['bronze', 'silver', 'gold'];
const rank = (badge) => BADGES.indexOf(badge);

/* A badge as a mark: never by its colour alone. */
export const medal = (badge) => (rank(badge) < 0 ? mark({label: t('gto.badge_none'), kind: 'draft'}) : mark({label: t(`gto.badge_${badge}`), icon: 'medal', kind: badge}));

/* Bronze, silver, gold of one test; the reached ones are filled, the one known from a single source bears a sign. */
function steps(test) {
  const reached = rank(test.best?.badge);
  return h('ol', {class: 'gto-steps', 'aria-label': t('gto.norms')}, BADGES.map((b, i) => {
    const norm = test.norms[b];
    return h('li', {class: `gto-step gto-${b}${i <= reached ? ' gto-reached' : ''}`}, h('span', {class: 'gto-step-name'}, t(`gto.short_${b}`)), h('span', {class: 'gto-step-value'}, norm.words, norm.sources === 1 && h('sup', {title: t('gto.one_source')}, '*')),
      i <= reached && h('span', {class: 'hush'}, t('gto.reached')));
  }));
}

function testRow(test) {
  const best = test.best;
  return h('li', {class: `gto-test${best ? ' gto-done' : ''}`},
    h('div', {class: 'gto-test-head'}, h('span', {class: 'gto-test-name'}, test.short),
      best ? h('span', {class: 'gto-best'}, h('strong', {}, best.words), h('span', {class: 'small soft'}, ` ${dateShort(best.date)}`)) : h('span', {class: 'small soft gto-best'}, t('gto.no_result'))),
    steps(test),
    best?.next && h('p', {class: 'small gto-next'}, t(`gto.to_${best.next.badge}`, {distance: best.next.distance, need: best.next.need})),
    test.note && h('p', {class: 'small soft'}, test.note));
}

/* One quality: its tests with a result first, the others behind a summary. */
export function quality(q) {
  const done = q.tests.filter((x) => x.best);
  const rest = q.tests.filter((x) => !x.best);
  const list = (tests) => h('ul', {class: 'gto-tests'}, tests.map(testRow));
  return h('article', {class: 'card gto-quality'}, h('div', {class: 'card-in'},
    h('div', {class: 'row row-apart row-top'}, h('h3', {class: 'card-title'}, q.title), medal(q.badge)),
    done.length > 0 && list(done),
    rest.length > 0 && (done.length || rest.length > 3 ? h('details', {class: 'gto-more'}, h('summary', {}, t(done.length ? 'gto.other_tests' : 'gto.some_tests', {n: rest.length})), list(rest)) : list(rest))));
}

/* Marks of a class's row: the first letters of the medals, with words for those who do not see them. */
export const marks = (items) => h('span', {class: 'gto-marks'}, (items || []).map((m) => h('span', {class: `gto-dot gto-${m.badge}${m.mandatory ? '' : ' gto-free'}`, title: `${m.title}: ${t(`gto.badge_${m.badge}`)}`},
  h('span', {'aria-hidden': 'true'}, t(`gto.letter_${m.badge}`)), h('span', {class: 'hush'}, `${m.title}: ${t(`gto.badge_${m.badge}`)}`))));
