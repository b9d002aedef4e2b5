import type { Galip } from '../../client/create-galip.ts';
import { ConnectionError } from '../../client/errors.ts';
import type { Live } from '../../client/live/live.ts';
import { latestOnly } from '../state/latest-only.ts';
import type { Spending } from './api.ts';
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
  /** Where the browser has its pixels: its URL, or a file in memory. */
  readonly source: string;
  /** Its name below `/i/`. */
  readonly file: string;
  /** The file's own edge. */
  readonly px: number;
  /** From the request to the decoded pixels, milliseconds. */
  readonly tookMs: number;
}

/** Whoever waits for a picture has changed the settings by the time of a second try. */
const ONE_TRY = { retries: 0 };

/** Makes or finds one picture. Undefined: something newer was asked for meanwhile. @throws GalipError */
export type Paint = (wanted: Wanted) => Promise<ShownPicture | undefined>;

/**
 * By the live socket, whose server drops what is not wanted any more before it costs anything; where there is none to be
 * had, by requests, one at a time.
 * @param onSpending told of what came by the socket; requests tell themselves.
 */
export function createPaint(
  live: Live,
  { images }: Pick<Galip, 'images'>,
  onSpending: (spending: Spending) => void,
): Paint {
  const byRequest = latestOnly(async ({ body }: Wanted) => {
    const [image] = (await images.create(body, ONE_TRY)).data;
    if (!image?.url) throw new Error('an answer without a picture');
    return { ...image, url: image.url, source: image.url };
  });
  async function byLive({ body }: Wanted): Promise<(AnsweredImage & { source: string }) | undefined> {
    const picture = await live.paint(body);
    if (!picture?.url) return undefined;
    const { url, bytes, units, remaining } = picture;
    onSpending({ units, remaining: remaining ?? undefined });
    return { ...picture, url, source: URL.createObjectURL(new Blob([bytes])) };
  }
  return async (wanted) => {
    const startedAt = performance.now();
    const image = await byLive(wanted).catch((error: unknown) => {
      if (!(error instanceof ConnectionError)) throw error;
      return byRequest(wanted);
    });
    if (!image) return undefined;
    const px = await decoded(image.source);
    return { ...image, wanted, file: fileOf(image.url), px, tookMs: performance.now() - startedAt };
  };
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
