/* Consents of the class: who has which, forms for all with a code each, signed sheets back by a batch of scans. */
import {all, sendFiles, url} from '../../api.js';
import {t} from '../../i18n.js';
import {button} from '../../ui/button.js';
import {dialog} from '../../ui/dialog.js';
import {form} from '../../ui/form.js';
import {h} from '../../ui/h.js';
import {word, words} from '../../ui/meta.js';
import {progress} from '../../ui/progress.js';
import {empty, mark, note, pageHead} from '../../ui/state.js';
import {table} from '../../ui/table.js';
import {chosenClass, classHead, classesOf, sorted} from '../../ui/teacher.js';
import {fail, toast} from '../../ui/toast.js';

const KIND = {active: {kind: 'good', icon: 'check'}, waiting_second: {icon: 'clock'}, refused: {kind: 'attention', icon: 'stop'}, withdrawn: {kind: 'attention', icon: 'undo'}, expired: {kind: 'attention', icon: 'clock'}};

export async function view(ctx) {
  ctx.title(t('consents.title'));
  const classes = await classesOf(ctx);
  const klass = chosenClass(ctx, classes);
  if (!klass) return h('div', {}, pageHead({title: t('consents.title')}), empty({icon: 'people', title: t('class.none'), text: t('class.none_text')}));
  const rows = sorted(await all(`/classes/${klass.id}/consents`, {}, {signal: ctx.signal}), 'pupil_name');
  const purposes = words('consent_purpose').map((w) => w.value);
  const state = (v) => (v === 'none' ? h('span', {class: 'soft'}, t('consents.none')) : mark({label: word('consent_state', v), ...KIND[v]}));
  return h('div', {}, pageHead({title: t('consents.of', {name: klass.name}), lead: t('consents.lead'), actions: [
    button({label: t('consents.forms'), icon: 'print', kind: 'primary', onclick: () => forms(klass)}),
    button({label: t('consents.scan'), icon: 'upload', onclick: () => scan(ctx, klass)}),
    button({label: t('list.excel'), icon: 'sheet', kind: 'quiet', href: url(`/classes/${klass.id}/consents`, {xlsx: true}), download: ''})]}),
  classHead(ctx, classes, klass),
  rows.length ? table({caption: t('consents.caption', {name: klass.name}), hideCaption: true, rows, href: (r) => `/pupils/${r.pupil}`, columns: [
    {name: 'pupil_name', label: t('class.pupil'), head: true},
    {name: 'signers', label: t('consents.signers'), cell: (r) => word('consent_signers', r.signers)},
    ...purposes.map((p) => ({name: p, label: t(`consents.purpose_${p}`), cell: (r) => state(r[p])}))]})
    : empty({icon: 'people', title: t('class.empty'), text: t('class.empty_text')}));
}

/* The printed sheet is an ordinary download: the address says what is asked for. */
function forms(klass) {
  const made = form({fields: [
    {name: 'purpose', type: 'enum', as: 'choices', label: t('consents.which'), value: 'processing', options: words('consent_purpose').map((w) => ({value: w.value, label: t(`consents.purpose_${w.value}`)}))},
    {name: 'missing', type: 'bool', label: t('consents.missing'), value: true}]});
  const d = dialog({title: t('consents.forms'), body: [h('p', {}, t('consents.forms_text')), made.el], actions: [{label: t('ui.cancel')}, {label: t('consents.forms_do'), icon: 'download', kind: 'primary', press: () => {
    const v = made.values();
    const a = h('a', {href: url('/consents/form', {class: klass.id, purpose: v.purpose || 'processing', missing: v.missing || undefined}), download: '', hidden: true});
    d.el.append(a);
    a.click();
    toast(t('consents.forms_done'));
    return true;
  }}]});
}

/* Files go one after another into one batch, so that the bar moves and a bad file names itself. */
function scan(ctx, klass) {
  const input = h('input', {type: 'file', id: 'scan-files', multiple: true, accept: 'application/pdf,image/*', class: 'input'});
  const bar = progress({label: t('consents.scanning')});
  bar.el.hidden = true;
  const wrong = h('div', {role: 'alert'});
  dialog({title: t('consents.scan'), body: [h('p', {}, t('consents.scan_text')), h('div', {class: 'field'}, h('label', {for: 'scan-files'}, t('consents.files')), input), bar.el, wrong],
    actions: [{label: t('ui.cancel')}, {label: t('consents.scan_do'), icon: 'upload', kind: 'primary', press: async () => {
      const files = [...input.files];
      if (!files.length) { wrong.replaceChildren(note({attention: true, icon: 'warning', text: t('consents.no_files')})); return false; }
      let batch = null;
      const refused = [];
      bar.el.hidden = false;
      for (const [i, file] of files.entries()) {
        bar.set(i / files.length, t('consents.scanning_file', {name: file.name}));
        try {
          const answer = await sendFiles('POST', '/consents/scans', {scan: batch || undefined, class: klass.id}, {file: [file]});
          batch = answer.id;
        } catch (error) {
          if (!error.status) throw error;
          refused.push(`${file.name}: ${error.message}`);
        }
      }
      bar.set(1);
      refused.forEach((text) => toast(text, {attention: true, stay: true}));
      if (!batch) { bar.el.hidden = true; return false; }
      ctx.go(`/class/consents/${batch}?class=${klass.id}`);
      return true;
    }}]}).result.catch(fail);
}
