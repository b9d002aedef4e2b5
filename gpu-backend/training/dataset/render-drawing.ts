import sharp from 'sharp';

/** Drawings are rasterised once, this large, and made smaller from there; twice the largest picture. */
const RASTER_SIZE = 448;
/** Share of the picture's side that the drawing fills, so that outlines keep clear of the edge. */
const FILL = 0.92;
/** A drawing that its set made small becomes at most so much larger. */
const MAX_ENLARGEMENT = 2;
/** Alpha below which a pixel is not part of the drawing (shadows' faint ends). */
const MIN_ALPHA = 12;

/** A drawing on transparent ground, cut to what is drawn. */
export interface Raster {
  /** RGBA. */
  readonly pixels: Buffer;
  readonly width: number;
  readonly height: number;
}

/**
 * Rasterises a drawing and cuts away what is empty.
 * @param svg gives the document for a side of so many pixels.
 * @throws Error when the document is damaged or draws nothing.
 */
export async function rasterise(svg: (sizePixels: number) => string): Promise<Raster> {
  const { data, info } = await sharp(Buffer.from(svg(RASTER_SIZE)))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const box = drawnBox(data, info.width, info.height);
  if (!box) throw new Error('draws nothing');
  const pixels = await sharp(data, { raw: { width: info.width, height: info.height, channels: 4 } })
    .extract(box)
    .raw()
    .toBuffer();
  return { pixels, width: box.width, height: box.height };
}

/**
 * The drawing in the middle of a white square, as PNG.
 * @param size side in pixels.
 */
export async function paint({ pixels, width, height }: Raster, size: number): Promise<Buffer> {
  const scale = Math.min((size * FILL) / Math.max(width, height), (MAX_ENLARGEMENT * size) / RASTER_SIZE);
  const [innerWidth, innerHeight] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const input = await sharp(pixels, { raw: { width, height, channels: 4 } })
    .resize(innerWidth, innerHeight, { kernel: 'lanczos3', fit: 'fill' })
    .raw()
    .toBuffer();
  const raw = { width: innerWidth ?? 1, height: innerHeight ?? 1, channels: 4 as const };
  return sharp({ create: { width: size, height: size, channels: 3, background: '#ffffff' } })
    .composite([
      { input, raw, left: Math.floor((size - raw.width) / 2), top: Math.floor((size - raw.height) / 2) },
    ])
    .removeAlpha()
    .png({ compressionLevel: 7 })
    .toBuffer();
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function drawnBox(rgba: Buffer, width: number, height: number): Box | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((rgba[(y * width + x) * 4 + 3] ?? 0) < MIN_ALPHA) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}
