/* «Ход операций»: long work, how far it is, what came of it. Looks again every two seconds while something runs. */
import {get, send, url} from '../../api.js';
import {ago, t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {confirm} from '../../ui/dialog.js';
import {h} from '../../ui/h.js';
import {list} from '../../ui/list.js';
import {jobTitle} from '../../ui/meta.js';
import {progress} from '../../ui/progress.js';
import {mark, pageHead} from '../../ui/state.js';
import {announce, fail} from '../../ui/toast.js';

const MARKS = {queued: {icon: 'clock'}, running: {icon: 'clock'}, done: {icon: 'check', kind: 'good'}, failed: {icon: 'warning', kind: 'attention'}, cancelled: {icon: 'stop', kind: 'draft'}};
const EVERY = 2000;
const live = (job) => job.state === 'queued' || job.state === 'running';
const titleOf = (job) => jobTitle(job.kind);

export async function view(ctx) {
  ctx.title(t('jobs.title'));
  let lister;
  let timer = null;
  ctx.signal.addEventListener('abort', () => clearTimeout(timer));
  /* A list says how far; the file and the reason stand in the job itself. */
  const known = new Set();
  const details = async (items) => {
    for (const job of items.filter((j) => (j.state === 'done' || j.state === 'failed') && !known.has(j.id)).slice(0, 12)) {
      known.add(job.id);
      const whole = await get(`/jobs/${job.id}`, null, {signal: ctx.signal, attempts: 1}).catch(() => null);
      if (whole?.file || whole?.error) lister.replace(whole);
    }
  };
  const look = (items) => {
    clearTimeout(timer);
    details(items);
    if (!items.some(live) || ctx.signal.aborted) return;
    timer = setTimeout(async () => {
      for (const job of lister.items().filter(live)) {
        const now = await get(`/jobs/${job.id}`, null, {signal: ctx.signal, attempts: 1}).catch(() => null);
        if (!now) continue;
        if (!live(now)) announce(`${titleOf(now)}: ${t(`jobs.state.${now.state}`)}`);
        lister.replace(now);
      }
      look(lister.items());
    }, EVERY);
  };
  return h('div', {}, pageHead({title: t('jobs.title'), lead: t('jobs.lead')}), list(ctx, {path: '/jobs', label: t('jobs.title'), empty: {icon: 'clock', title: t('jobs.empty')}, ref: (l) => { lister = l; }, onload: look, row: (job) => row(ctx, job, (now) => lister.replace(now))}));
}

function row(ctx, job, replace) {
  const bar = live(job) && progress({label: t(`jobs.state.${job.state}`), value: job.total ? job.done / job.total : null}).el;
  const why = job.error && h('p', {class: 'reason small'}, job.error.message);
  const anew = live(job) && job.interrupted && h('p', {class: 'small soft'}, t('jobs.interrupted'));
  const stop = live(job) && button({label: t('jobs.cancel'), icon: 'stop', kind: 'quiet', onclick: async () => {
    if (!(await confirm({title: t('jobs.cancel'), text: t('jobs.cancel_text'), action: t('jobs.cancel'), danger: true}))) return;
    try { replace(await send('POST', `/jobs/${job.id}/cancel`, {})); } catch (error) { fail(error); }
  }});
  const file = job.file && button({label: t('jobs.file', {name: job.file.name}), icon: 'download', href: url(`/jobs/${job.id}/result`), download: job.file.name});
  return h('div', {class: 'list-row'}, h('div', {class: 'grow stack stack-s'}, h('strong', {}, titleOf(job)), bar, anew, why, h('div', {class: 'small soft'}, ago(job.changed || job.created))),
    !live(job) && mark({label: t(`jobs.state.${job.state}`), ...MARKS[job.state]}), file, stop);
}
