/* Pictures drawn anew in the browser: turned, cropped, made smaller. What the browser cannot read (HEIC in most) is left as it is. */
const LONG = 2600;
const QUALITY = 0.86;

export const isPicture = (file) => /^image\/(jpeg|png|webp|gif|bmp|avif)$/.test(file.type);

/* how: {turn: 90, box: {x, y, w, h} in parts of the picture}. null: nothing to do. */
export async function drawn(file, how) {
  const source = await createImageBitmap(file, {imageOrientation: 'from-image'});
  const box = how.box || {x: 0, y: 0, w: 1, h: 1};
  const w = Math.max(1, Math.round(source.width * box.w));
  const tall = Math.max(1, Math.round(source.height * box.h));
  const scale = Math.min(1, LONG / Math.max(w, tall));
  const turn = ((how.turn || 0) % 360 + 360) % 360;
  if (scale === 1 && !turn && !how.box) { source.close(); return null; }
  const side = turn % 180 !== 0;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round((side ? tall : w) * scale);
  canvas.height = Math.round((side ? w : tall) * scale);
  const c = canvas.getContext('2d');
  c.fillStyle = 'white';
  c.fillRect(0, 0, canvas.width, canvas.height);
  c.translate(canvas.width / 2, canvas.height / 2);
  c.rotate((turn * Math.PI) / 180);
  c.imageSmoothingQuality = 'high';
  c.drawImage(source, source.width * box.x, source.height * box.y, w, tall, (-w * scale) / 2, (-tall * scale) / 2, w * scale, tall * scale);
  source.close();
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', QUALITY); });
  return blob && new File([blob], file.name.replace(/\.\w+$/, '') + '.jpg', {type: 'image/jpeg', lastModified: file.lastModified});
}
