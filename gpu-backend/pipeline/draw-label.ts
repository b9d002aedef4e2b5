import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** The same type on every machine; scripts that it has not come from the machine's own fonts, where there are any. */
const FONT_FILE = fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
const FONT = 'DejaVu Sans';
const ELLIPSIS = '…';

/** What XML, and so Pango's markup, cannot have even escaped. */
const NO_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** How much ink each pixel has, `[height, width]`, 0 … 255. */
export interface Label {
  readonly width: number;
  readonly height: number;
  readonly ink: Uint8Array;
}

export interface LabelRoom {
  readonly width: number;
  readonly height: number;
  /** Size of the type, pixels. */
  readonly typePx: number;
}

/** A text in lines as wide as the room, in any script; what does not fit its height gives way to an ellipsis. */
export async function drawLabel(text: string, room: LabelRoom): Promise<Label | undefined> {
  const letters = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
  const whole = await draw(text, room);
  if (!whole || whole.height <= room.height) return whole && clip(whole, room);
  // The longest beginning that fits; a beginning of none always counts as fitting.
  let [fits, tooLong] = [0, letters.length];
  let best: Label | undefined;
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    const label = await draw(letters.slice(0, middle).join('').trimEnd() + ELLIPSIS, room);
    if (label && label.height <= room.height) [fits, best] = [middle, label];
    else tooLong = middle;
  }
  best ??= await draw(ELLIPSIS, room);
  return best && clip(best, room);
}

/** Undefined: the text has no ink. */
async function draw(text: string, { width, typePx }: LabelRoom): Promise<Label | undefined> {
  const visible = text.toWellFormed().replaceAll(NO_XML, '').trim();
  if (visible === '') return undefined;
  const { data, info } = await sharp({
    text: {
      text: escapeMarkup(visible),
      font: `${FONT} ${typePx}`,
      fontfile: FONT_FILE,
      width,
      wrap: 'word-char',
      // Points are pixels.
      dpi: 72,
    },
  })
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, ink: new Uint8Array(data) };
}

/** Letters of some scripts overhang their line by a pixel or two. */
function clip(label: Label, room: LabelRoom): Label {
  const width = Math.min(label.width, room.width);
  const height = Math.min(label.height, room.height);
  if (width === label.width && height === label.height) return label;
  const ink = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    ink.set(label.ink.subarray(y * label.width, y * label.width + width), y * width);
  }
  return { width, height, ink };
}

/** A label is text: nothing in it is markup. */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
