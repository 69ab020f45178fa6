/* What the pages of awards have in common: what a kind asks for, who may judge, how a state looks. */
import {t} from '../i18n.js';
import {word} from './meta.js';

export const mayJudge = (session) => session.roles.some((r) => r.role === 'director' || r.role === 'deputy_head');
export const STATE = {nominated: {icon: 'clock'}, returned: {icon: 'return', kind: 'attention'}, agreed: {icon: 'check', kind: 'good'}, refused: {icon: 'close', kind: 'draft'}};

/* What a kind asks for, as a sentence. */
export const asked = (k) => t('awards.asks', {n: k.count || 1, what: [
  k.activity?.length ? k.activity.map((v) => word('activity', v)).join(', ') : t('awards.any_activity'),
  k.level ? t('awards.from_level', {level: word('level', k.level)}) : null,
  k.result?.length ? k.result.map((v) => word('result', v)).join(', ') : null].filter(Boolean).join('; ')});
