import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { IMAGE_FORMAT_NAMES, IMAGE_FORMATS } from '../../../gpu-backend/contract/image-format.ts';
import { encodePicture } from '../../../gpu-backend/pipeline/encode.ts';
import { type Provenance, xmpOf } from '../../../gpu-backend/pipeline/provenance.ts';

const SIZE = 64;
/** Left half red, right half blue. */
const PIXELS = {
  data: Uint8ClampedArray.from({ length: SIZE * SIZE * 3 }, (_, at) => {
    const isLeft = Math.floor(at / 3) % SIZE < SIZE / 2;
    return at % 3 === (isLeft ? 0 : 2) ? 230 : 20;
  }),
  size: SIZE,
};
const NOISE = {
  data: PIXELS.data.map((_, at) => 128 + 127 * Math.sin(at * at)),
  size: SIZE,
};
const PROVENANCE: Provenance = {
  modelId: 'emoji-v0',
  modelDigest: 'a'.repeat(64),
  condition: { prompt: 'b'.repeat(64) },
  seed: 2 ** 53 - 1,
  nativeSize: SIZE,
  fingerprint: 'c'.repeat(64),
};

describe.each(IMAGE_FORMAT_NAMES)('encodePicture as %s', (format) => {
  const quality = IMAGE_FORMATS[format].defaultQuality;

  it('makes a picture that looks like the one it was given', async () => {
    const file = await encodePicture(PIXELS, { format, quality });
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: SIZE, height: SIZE, channels: 3 });
    const middle = (x: number) => [...data.subarray((SIZE * (SIZE / 2) + x) * 3).subarray(0, 3)];
    for (const [x, colour] of [
      [SIZE / 8, [230, 20, 20]],
      [SIZE - SIZE / 8, [20, 20, 230]],
    ] as const) {
      for (const [channel, value] of colour.entries()) {
        expect(Math.abs((middle(x)[channel] ?? 0) - value)).toBeLessThanOrEqual(format === 'png' ? 0 : 12);
      }
    }
  });

  it('writes provenance that can be read back', async () => {
    const xmp = xmpOf(PROVENANCE);
    const file = await encodePicture(PIXELS, { format, quality, xmp });
    // As it is, for readers that only search the bytes.
    expect(Buffer.from(file).includes(xmp)).toBe(true);
    const { xmpAsString = '', format: written } = await sharp(file).metadata();
    expect(written).toBe(format === 'avif' ? 'heif' : format);
    expect(xmpAsString).toContain(
      'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"',
    );
    expect(xmpAsString).toContain('AI generated');
    expect(xmpAsString).toContain('galip:model="emoji-v0"');
    expect(xmpAsString).toContain(`galip:modelDigest="${PROVENANCE.modelDigest}"`);
    expect(xmpAsString).toContain(`galip:promptSha256="${PROVENANCE.condition.prompt}"`);
    expect(xmpAsString).toContain('galip:seed="9007199254740991"');
    expect(xmpAsString).toContain('galip:nativeSize="64"');
    expect(xmpAsString).toContain(`galip:fingerprint="${PROVENANCE.fingerprint}"`);
  });

  it('writes no metadata where none is asked for', async () => {
    const { xmp, exif } = await sharp(await encodePicture(PIXELS, { format, quality })).metadata();
    expect({ xmp, exif }).toEqual({ xmp: undefined, exif: undefined });
  });
});

it.each(['webp', 'jpeg', 'avif'] as const)(
  'makes a smaller %s where less quality is asked for',
  async (format) => {
    const sizeOf = async (quality: number) => (await encodePicture(NOISE, { format, quality })).length;
    const [low, high] = [await sizeOf(10), await sizeOf(90)];
    expect(low).toBeLessThan(high / 2);
  },
);

it('keeps every pixel of a png', async () => {
  const file = await encodePicture(PIXELS, { format: 'png', quality: null });
  expect(Buffer.compare(await sharp(file).raw().toBuffer(), Uint8Array.from(PIXELS.data))).toBe(0);
});

it.each([10, 90])('keeps the colour of a jpeg at full resolution, at quality %i', async (quality) => {
  const file = await encodePicture(PIXELS, { format: 'jpeg', quality });
  expect((await sharp(file).metadata()).chromaSubsampling).toBe('4:4:4');
});

it('keeps the colour of an avif at full resolution', async () => {
  const file = Buffer.from(await encodePicture(PIXELS, { format: 'avif', quality: 70 }));
  // AV1CodecConfigurationRecord: bits 3 and 2 of its third byte are chroma_subsampling_x and _y.
  const record = file.indexOf('av1C') + 4;
  expect(file[record]).toBe(0x81);
  expect((file[record + 2] ?? 0xff) & 0b1100).toBe(0);
});
