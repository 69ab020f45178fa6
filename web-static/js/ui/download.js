/* fetchFile('POST', '/accounts/slips', values): asks for a file that a write makes, and gives it to the browser to keep. */
import {h} from './h.js';
import {bytes} from '../api.js';

export async function fetchFile(method, path, values, options) {
  const {blob, name} = await bytes(method, path, values, options);
  const address = URL.createObjectURL(blob);
  const a = h('a', {href: address, download: name, hidden: true});
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
  return {blob, name};
}
