import type { Galip } from '../../client/create-galip.ts';
import type { AnsweredImage, ImageBody } from './images.ts';

/** A picture that is wanted. */
export interface Wanted {
  /** What it shows, in words. */
  readonly title: string;
  readonly body: ImageBody;
}

/** A picture that can be shown at once: the browser has its pixels. */
export interface ShownPicture extends AnsweredImage {
  readonly wanted: Wanted;
  /** Its name below `/i/`. */
  readonly file: string;
  /** The file's own edge. */
  readonly px: number;
  /** From the request to the decoded pixels, milliseconds. */
  readonly tookMs: number;
}

/** Whoever waits for a picture has changed the settings by the time of a second try. */
const ONE_TRY = { retries: 0 };

/** Makes one picture, or finds it. @throws GalipError */
export async function paint(api: Galip, wanted: Wanted): Promise<ShownPicture> {
  const startedAt = performance.now();
  const [image] = await paintAll(api, wanted.body);
  if (!image) throw new Error('an answer without a picture');
  const px = await decoded(image.url);
  return { ...image, wanted, file: fileOf(image.url), px, tookMs: performance.now() - startedAt };
}

/** Makes or finds the pictures of one request. @throws GalipError */
export async function paintAll(api: Galip, body: ImageBody): Promise<readonly AnsweredImage[]> {
  const { data } = await api.images.create(body, ONE_TRY);
  return data.map(({ url = '', ...image }) => ({ ...image, url }));
}

export function fileOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

/** So that the old picture stays until the new one is there as a whole. @returns its edge, pixels. */
async function decoded(url: string): Promise<number> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image.naturalWidth;
}
