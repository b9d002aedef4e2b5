import { type ImageBody, imageBodyOf, type Recipe } from '../state/recipe.ts';
import type { Api } from './api.ts';
import type { AnsweredImage, Quote, SeedsBody } from './images.ts';

const PATH = '/v1/images/generations';

/** A picture that can be shown at once: the browser has its pixels. */
export interface Picture extends AnsweredImage {
  readonly recipe: Recipe;
  readonly body: ImageBody;
  /** Its name below `/i/`. */
  readonly file: string;
  /** From the request to the decoded pixels, milliseconds. */
  readonly tookMs: number;
}

/** Makes one picture, or finds it. @throws ApiFailure */
export async function paint(api: Api, recipe: Recipe, nativePx: number): Promise<Picture> {
  const startedAt = performance.now();
  const body = imageBodyOf(recipe, nativePx);
  const { data } = await api.call<{ data: readonly AnsweredImage[] }>('POST', PATH, body);
  const [image] = data;
  if (!image) throw new Error('an answer without a picture');
  await decoded(image.url);
  return { ...image, recipe, body, file: fileOf(image.url), tookMs: performance.now() - startedAt };
}

/** Makes or finds several pictures by one request. @throws ApiFailure */
export async function paintAll(api: Api, body: SeedsBody): Promise<readonly AnsweredImage[]> {
  return (await api.call<{ data: readonly AnsweredImage[] }>('POST', PATH, body)).data;
}

/** What a request would cost now. @throws ApiFailure */
export function quote(api: Api, body: ImageBody | SeedsBody): Promise<Quote> {
  return api.call<Quote>('POST', `${PATH}?dry_run=true`, body);
}

export function fileOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

/** So that the old picture stays until the new one is there as a whole. */
async function decoded(url: string): Promise<void> {
  const image = new Image();
  image.src = url;
  await image.decode();
}
