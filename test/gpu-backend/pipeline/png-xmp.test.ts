import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePicture } from '../../../gpu-backend/pipeline/encode.ts';

const XMP = '<x:xmpmeta xmlns:x="adobe:ns:meta/">trainedAlgorithmicMedia, größer</x:xmpmeta>';
const PIXELS = { data: Uint8ClampedArray.from({ length: 8 * 8 * 3 }, (_, at) => at), size: 8 };
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/** All chunks of a PNG file; each CRC holds and nothing stands behind the last one. */
function chunksOf(file: Buffer): Chunk[] {
  expect(file.subarray(0, 8)).toEqual(SIGNATURE);
  const chunks: Chunk[] = [];
  for (let at = 8; at < file.length; ) {
    const end = at + 8 + file.readUInt32BE(at);
    chunks.push({ type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, end) });
    expect(file.readUInt32BE(end)).toBe(crc32(file.subarray(at + 4, end)));
    at = end + 4;
  }
  return chunks;
}

describe('a png with XMP', () => {
  let file: Buffer;
  beforeAll(async () => {
    file = Buffer.from(await encodePicture(PIXELS, { format: 'png', quality: null, xmp: XMP }));
  });

  it('carries it once, uncompressed, in an iTXt chunk after IHDR', () => {
    const chunks = chunksOf(file);
    expect(chunks.slice(0, 2).map(({ type }) => type)).toEqual(['IHDR', 'iTXt']);
    expect(chunks.at(-1)).toMatchObject({ type: 'IEND', data: Buffer.alloc(0) });
    expect(chunks.filter(({ type }) => /^[iz]TXt|tEXt$/u.test(type))).toHaveLength(1);
    expect(chunks[1]?.data.toString('utf8')).toBe(`XML:com.adobe.xmp\0\0\0\0\0${XMP}`);
  });

  it('is read by libvips, picture and packet', async () => {
    expect((await sharp(file).metadata()).xmpAsString).toBe(XMP);
    expect(Buffer.compare(await sharp(file).raw().toBuffer(), Uint8Array.from(PIXELS.data))).toBe(0);
  });

  it('shows it to whoever searches the bytes', () => {
    expect(file.includes('trainedAlgorithmicMedia')).toBe(true);
  });
});
