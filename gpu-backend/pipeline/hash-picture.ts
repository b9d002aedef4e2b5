import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { PictureHashes } from '../contract/picture-hashes.ts';
import { HASHED_SIZE, perceptualHash } from './perceptual-hash.ts';
import type { Pixels } from './post-process.ts';

/** ITU-R BT.601 luma of red, green and blue. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** Both hashes of a picture, of its pixels shrunk to 32 × 32: a ThumbHash holds no more of it than 7 × 7 frequencies. */
export async function hashPicture({ data, size }: Pixels): Promise<PictureHashes> {
  const rgba = await sharp(data, { raw: { width: size, height: size, channels: 3 } })
    .resize(HASHED_SIZE, HASHED_SIZE, { kernel: 'lanczos3' })
    .ensureAlpha()
    .raw()
    .toBuffer();
  const grey = Float64Array.from({ length: HASHED_SIZE ** 2 }, (_, at) =>
    LUMA.reduce((sum, weight, channel) => sum + weight * (rgba[4 * at + channel] as number), 0),
  );
  const thumbhash = Buffer.from(rgbaToThumbHash(HASHED_SIZE, HASHED_SIZE, rgba)).toString('base64');
  return { thumbhash, phash: perceptualHash(grey) };
}
