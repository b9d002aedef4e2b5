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
const PROVENANCE: Provenance = {
  modelId: 'emoji-v0',
  modelDigest: 'a'.repeat(64),
  promptHash: 'b'.repeat(64),
  seed: 2 ** 53 - 1,
  nativeSize: SIZE,
  fingerprint: 'c'.repeat(64),
};

describe.each(IMAGE_FORMAT_NAMES)('encodePicture as %s', (format) => {
  const quality = IMAGE_FORMATS[format].defaultQuality;

  it.each([16, 64, 256])(
    'makes a picture of %i pixels that looks like the one it was given',
    async (size) => {
      const file = await encodePicture(PIXELS, { size, format, quality });
      const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
      expect(info).toMatchObject({ width: size, height: size, channels: 3 });
      const middle = (x: number) => [...data.subarray((size * (size / 2) + x) * 3).subarray(0, 3)];
      for (const [x, colour] of [
        [size / 8, [230, 20, 20]],
        [size - size / 8, [20, 20, 230]],
      ] as const) {
        for (const [channel, value] of colour.entries()) {
          expect(Math.abs((middle(x)[channel] ?? 0) - value)).toBeLessThanOrEqual(format === 'png' ? 4 : 12);
        }
      }
    },
  );

  it('writes provenance that can be read back', async () => {
    const xmp = xmpOf(PROVENANCE);
    const { xmpAsString = '', format: written } = await sharp(
      await encodePicture(PIXELS, { size: SIZE, format, quality, xmp }),
    ).metadata();
    expect(written).toBe(format === 'avif' ? 'heif' : format);
    expect(xmpAsString).toContain(
      'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"',
    );
    expect(xmpAsString).toContain('AI generated');
    expect(xmpAsString).toContain('galip:model="emoji-v0"');
    expect(xmpAsString).toContain(`galip:modelDigest="${PROVENANCE.modelDigest}"`);
    expect(xmpAsString).toContain(`galip:promptSha256="${PROVENANCE.promptHash}"`);
    expect(xmpAsString).toContain('galip:seed="9007199254740991"');
    expect(xmpAsString).toContain('galip:nativeSize="64"');
    expect(xmpAsString).toContain(`galip:fingerprint="${PROVENANCE.fingerprint}"`);
  });

  it('writes no metadata where none is asked for', async () => {
    const { xmp, exif } = await sharp(
      await encodePicture(PIXELS, { size: SIZE, format, quality }),
    ).metadata();
    expect({ xmp, exif }).toEqual({ xmp: undefined, exif: undefined });
  });
});

it('keeps every pixel of a png at native size', async () => {
  const file = await encodePicture(PIXELS, { size: SIZE, format: 'png', quality: null });
  expect(Buffer.compare(await sharp(file).raw().toBuffer(), Uint8Array.from(PIXELS.data))).toBe(0);
});
