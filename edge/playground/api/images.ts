import type { Quote } from '../../client/api-types.ts';
import type { Picture, PictureRequest } from '../../client/images.ts';

/** A picture of an answer, by its URL. */
export interface AnsweredImage extends Picture {
  readonly url: string;
}

/** How a picture came, or would come: it existed, was made for this request, or was being made for another. */
export type CacheState = Picture['cache'];

/** What is asked for of one picture. */
export type ImageBody = PictureRequest;

/** What one or several requests would cost, and how their pictures would come. */
export type Price = Pick<Quote, 'units' | 'data'>;
