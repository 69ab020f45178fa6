/* card({title, href, picture, lines, marks, actions, attention}) */
import {h} from './h.js';

export const card = ({title, href, picture, lines = [], marks = [], actions, attention, level = 3, body, id}) => h('article', {class: `card${attention ? ' card-attention' : ''}`, id},
  picture, h('div', {class: 'card-in'},
    h(`h${level}`, {class: 'card-title'}, href ? h('a', {href}, title) : title),
    lines.filter(Boolean).map((l) => (l instanceof Node ? l : h('p', {class: 'small soft'}, l))), body,
    (marks.length > 0 || actions) && h('div', {class: 'card-foot'}, h('div', {class: 'row'}, marks), actions)));
