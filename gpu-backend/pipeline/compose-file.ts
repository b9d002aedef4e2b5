import sharp, { type Sharp, type WebpOptions } from 'sharp';
import type { ComposeRequest, Layout } from '../contract/compose.ts';
import { type Box, geometryOf, labelBoxesOf, type Place } from '../contract/layout.ts';
import { drawLabel } from './draw-label.ts';
import { hashPicture } from './hash-picture.ts';
import type { PictureFile } from './make-file.ts';
import { insertXmp } from './png-xmp.ts';

/** As for pictures: speed, for a few per cent of size. */
const PNG_COMPRESSION_LEVEL = 1;
const WEBP_EFFORT = 2;
/** A seventh of the time of the default, which for the largest animation is more than a request has. */
const GIF_EFFORT = 3;
const PAPER = 255;
const INK = 24;
/** Of a pixel: red, green, blue. */
const CHANNELS = 3;

/** Pictures, as files, and the file to make of them. */
export interface ComposeTask extends Pick<ComposeRequest, 'size' | 'layout' | 'format' | 'quality'> {
  readonly pictures: readonly Uint8Array<ArrayBuffer>[];
  /** XMP packet to write into the file; gif has none. */
  readonly xmp?: string | undefined;
}

/**
 * Pictures → an animation or a sheet. Every picture is in it pixel by pixel, before the encoder's loss. Takes up to
 * seconds of CPU: not for an event loop that others wait for.
 * @throws Error when a picture is none, or has not the edge it should have.
 */
export async function composeFile(task: ComposeTask): Promise<PictureFile> {
  const { pictures, size, layout } = task;
  const isAnimation = layout.kind === 'animation';
  const count = pictures.length;
  const { width, height, places } = isAnimation ? stackOf(count, size) : geometryOf(layout, count, size);
  const sheet = { pixels: new Uint8ClampedArray(width * height * CHANNELS).fill(PAPER), width };
  for (const [at, picture] of pictures.entries()) {
    place(sheet, await pixelsOf(picture, size), size, places[at] as Place);
  }
  if (layout.kind === 'grid') await label(sheet, layout, size);
  const raw = { width, height, channels: CHANNELS, ...(isAnimation && { pageHeight: size }) } as const;
  const file = sharp(sheet.pixels, { raw, limitInputPixels: false });
  const first = { data: sheet.pixels.subarray(0, size ** 2 * CHANNELS), size };
  const [bytes, hashes] = await Promise.all([
    encode(file, task, isAnimation ? timingOf(layout, count) : {}),
    isAnimation ? hashPicture(first) : undefined,
  ]);
  return { bytes, hashes };
}

async function encode(
  file: Sharp,
  { format, quality, xmp }: ComposeTask,
  timing: Pick<WebpOptions, 'loop' | 'delay'>,
): Promise<Uint8Array<ArrayBuffer>> {
  switch (format) {
    case 'png': {
      const png = await file.png({ compressionLevel: PNG_COMPRESSION_LEVEL }).toBuffer();
      return xmp === undefined ? new Uint8Array(png) : insertXmp(png, xmp);
    }
    case 'webp': {
      const loss = quality === null ? { lossless: true } : { quality, smartSubsample: true };
      const marked = xmp === undefined ? file : file.withXmp(xmp);
      return new Uint8Array(await marked.webp({ ...loss, effort: WEBP_EFFORT, ...timing }).toBuffer());
    }
    case 'gif':
      return new Uint8Array(await file.gif({ ...timing, effort: GIF_EFFORT }).toBuffer());
  }
}

/** Frames as the encoders take them: below each other. */
function stackOf(count: number, size: number) {
  const places = Array.from({ length: count }, (_, at) => ({ x: 0, y: at * size }));
  return { width: size, height: count * size, places };
}

/** Whole milliseconds that add up to the frames' time. */
function timingOf({ fps, loop }: Extract<Layout, { kind: 'animation' }>, count: number) {
  const endOf = (frame: number): number => Math.round((frame * 1_000) / fps);
  return {
    loop: loop ? 0 : 1,
    delay: Array.from({ length: count }, (_, at) => endOf(at + 1) - endOf(at)),
  };
}

interface Sheet {
  readonly pixels: Uint8ClampedArray;
  readonly width: number;
}

/** `[size, size, 3]`. */
async function pixelsOf(picture: Uint8Array, size: number): Promise<Uint8Array> {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  if (info.width === size && info.height === size && info.channels === CHANNELS) return data;
  throw new RangeError(`a picture is ${info.width} × ${info.height}, ${info.channels} channels`);
}

function place({ pixels, width }: Sheet, picture: Uint8Array, size: number, { x, y }: Place): void {
  const row = size * CHANNELS;
  for (let line = 0; line < size; line++) {
    pixels.set(picture.subarray(line * row, (line + 1) * row), ((y + line) * width + x) * CHANNELS);
  }
}

async function label(sheet: Sheet, layout: Extract<Layout, { kind: 'grid' }>, size: number): Promise<void> {
  const boxes = labelBoxesOf(layout, size);
  const { typePx } = boxes;
  for (const [at, text] of layout.columns.entries()) await write(text, boxes.columns[at] as Box, 'foot');
  for (const [at, text] of layout.rows.entries()) await write(text, boxes.rows[at] as Box, 'middle');

  /** Columns' labels stand upon their column, rows' beside the middle of their row and towards it. */
  async function write(text: string, box: Box, stand: 'foot' | 'middle'): Promise<void> {
    const drawn = await drawLabel(text, { width: box.width, height: box.height, typePx });
    if (!drawn) return;
    const free = box.height - drawn.height;
    const y = box.y + (stand === 'foot' ? free : Math.floor(free / 2));
    const beside = box.width - drawn.width;
    const x = box.x + (stand === 'foot' ? Math.floor(beside / 2) : beside);
    for (let line = 0; line < drawn.height; line++) {
      for (let column = 0; column < drawn.width; column++) {
        const ink = (drawn.ink[line * drawn.width + column] as number) / 255;
        const at = ((y + line) * sheet.width + x + column) * CHANNELS;
        sheet.pixels.fill(Math.round(PAPER + (INK - PAPER) * ink), at, at + CHANNELS);
      }
    }
  }
}
