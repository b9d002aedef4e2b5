import type { Api } from './api.ts';
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
export async function paint(api: Api, wanted: Wanted): Promise<ShownPicture> {
  const startedAt = performance.now();
  const [image] = (await api.images.create(wanted.body, ONE_TRY)).data;
  if (!image?.url) throw new Error('an answer without a picture');
  const { url } = image;
  const px = await decoded(url);
  return { ...image, url, wanted, file: fileOf(url), px, tookMs: performance.now() - startedAt };
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
