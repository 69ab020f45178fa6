/* filePicker({files, onchange, max, accept}) → {el, files()}: photographs or files, several pages; each can be turned, cropped, moved and left out.
 * Pictures are made smaller than they come from a phone (2600 px on the long side) unless they are small already; other files go as they are. */
import {h, uid} from './h.js';
import {icon} from './icon.js';
import {button} from './button.js';
import {dialog} from './dialog.js';
import {menu} from './menu.js';
import {announce, toast} from './toast.js';
import {crop} from './crop.js';
import {drawn, isPicture} from './bitmap.js';
import {bytes, t} from '../i18n.js';
import {limits} from './meta.js';

/* What the school takes stands in /api/v1/meta; any picture that the browser can draw becomes a photograph on its way. */
const extension = (name) => (name.includes('.') ? name.split('.').pop().toLowerCase() : '');
const taken = () => limits().file_names || [];
const accepted = () => ['image/*', ...(limits().file_types || []), ...taken().map((x) => `.${x}`)].join(',');
const fits = (name) => !extension(name) || !taken().length || taken().includes(extension(name));

export function filePicker({files = [], onchange = () => {}, max = 20, accept = accepted(), hint}) {
  const state = {pages: [], busy: 0};
  const most = limits().file_bytes || Infinity;
  const room = limits().portfolio_bytes || Infinity;
  const heavy = () => state.pages.reduce((sum, p) => sum + p.file.size, 0);
  const pages = h('ol', {class: 'picker-pages'});
  const id = uid('picker');
  const camera = h('input', {type: 'file', accept: 'image/*', capture: 'environment', class: 'hush', id: `${id}-camera`, tabindex: '-1', 'aria-label': t('picker.photo')});
  const choose = h('input', {type: 'file', accept, multiple: max > 1, class: 'hush', id, tabindex: '-1', 'aria-label': t('picker.choose')});
  const phone = window.matchMedia('(max-width: 47.99rem)').matches;
  const take = button({label: t('picker.photo'), icon: 'camera', kind: phone ? 'primary' : '', onclick: () => camera.click()});
  const pick = button({label: t('picker.choose'), icon: 'image', kind: phone ? '' : 'primary', onclick: () => choose.click()});
  const words = h('p', {class: 'soft small'}, hint || (most < Infinity ? t('picker.hint', {size: bytes(most)}) : ''));
  const drop = h('div', {class: 'picker-drop'}, icon('image'), h('div', {class: 'row'}, phone ? [take, pick] : [pick, take]), words, camera, choose);
  const el = h('div', {class: 'picker stack'}, pages, drop);

  async function addFiles(list) {
    for (const file of list) {
      if (state.pages.length >= max) { toast(t('picker.too_many', {n: max}), {attention: true}); break; }
      if (!file.size) { toast(t('picker.empty_file', {name: file.name}), {attention: true}); continue; }
      let page = {file, name: file.name, id: uid('page'), picture: isPicture(file)};
      if (page.picture) page = await smaller(page);
      if (!fits(page.file.name)) { toast(t('picker.wrong_type', {name: file.name}), {attention: true}); continue; }
      if (heavy() + page.file.size > room) { toast(t('picker.no_room', {name: file.name, size: bytes(room)}), {attention: true}); continue; }
      if (page.file.size > most) { toast(t('picker.too_big', {name: file.name, size: bytes(most)}), {attention: true}); continue; }
      state.pages.push(page);
      draw();
    }
    changed();
  }
  async function smaller(page) {
    const made = await drawn(page.file, {}).catch(() => null);
    return made ? {...page, file: made, original: page.file} : page;
  }
  const changed = () => { announce(t('picker.pages', {n: state.pages.length})); onchange(state.pages.map((p) => p.file)); };
  const inputs = (input) => input.addEventListener('change', () => { const list = [...input.files]; input.value = ''; addFiles(list); });
  inputs(camera);
  inputs(choose);
  drop.addEventListener('dragover', (e) => { e.preventDefault(); drop.classList.add('over'); });
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
  drop.addEventListener('drop', (e) => { e.preventDefault(); drop.classList.remove('over'); addFiles([...e.dataTransfer.files]); });
  el.addEventListener('paste', (e) => { const list = [...(e.clipboardData?.files || [])]; if (list.length) { e.preventDefault(); addFiles(list); } });

  function draw() {
    pages.replaceChildren(...state.pages.map(tile));
    pages.hidden = !state.pages.length;
    drop.querySelector('.icon').style.display = state.pages.length ? 'none' : '';
    pick.querySelector('span').textContent = state.pages.length ? t('picker.another') : t('picker.choose');
  }
  function tile(page, i) {
    const thumb = h('div', {class: 'thumb'}, icon('file'));
    if (page.picture) show(thumb, page);
    const move = (by) => { state.pages.splice(i, 1); state.pages.splice(i + by, 0, page); draw(); changed(); };
    const name = t('picker.page', {n: i + 1});
    return h('li', {class: 'picker-page', 'aria-label': name}, thumb, h('div', {class: 'name', title: page.name}, state.pages.length > 1 ? name : page.name),
      h('div', {class: 'picker-tools'},
        page.picture && button({label: t('picker.turn', {page: name}), icon: 'turn', only: true, press: () => change(page, {turn: 90})}),
        page.picture && button({label: t('picker.crop', {page: name}), icon: 'crop', only: true, onclick: () => cropPage(page)}),
        state.pages.length > 1 ? menu({label: t('picker.more', {page: name}), items: [i > 0 && {label: t('picker.earlier'), icon: 'chevron-left', press: () => move(-1)},
          i < state.pages.length - 1 && {label: t('picker.later'), icon: 'chevron-right', press: () => move(1)}, {label: t('picker.remove'), icon: 'trash', press: () => remove(page)}].filter(Boolean)})
          : button({label: t('picker.remove_page', {page: name}), icon: 'trash', only: true, onclick: () => remove(page)})));
  }
  function show(thumb, page) {
    const address = URL.createObjectURL(page.file);
    const img = h('img', {src: address, alt: ''});
    img.addEventListener('load', () => { thumb.replaceChildren(img); URL.revokeObjectURL(address); });
    img.addEventListener('error', () => URL.revokeObjectURL(address));
  }
  async function change(page, how) {
    const made = await drawn(page.file, how);
    if (!made) return;
    page.file = made;
    draw();
    changed();
  }
  async function cropPage(page) {
    const made = await crop({file: page.file, dialog});
    if (made) { page.file = made; draw(); changed(); }
  }
  function remove(page) {
    const at = state.pages.indexOf(page);
    state.pages.splice(at, 1);
    draw();
    changed();
    toast(t('picker.removed'), {action: {label: t('ui.undo'), press: () => { state.pages.splice(at, 0, page); draw(); changed(); }}});
  }
  state.pages = files.map((file) => ({file, name: file.name, id: uid('page'), picture: isPicture(file)}));
  draw();
  return {el, files: () => state.pages.map((p) => p.file), add: addFiles};
}
