import sharp from 'sharp';
import type { DevStack } from '../fixtures/dev-stack.ts';

/** As much of the answer to `POST /v1/images/generations` as the tests read. */
export interface ImagesAnswer {
  readonly native: number;
  readonly data: readonly {
    readonly url: string;
    readonly b64_json?: string;
    readonly fingerprint: string;
    readonly seed: number;
    readonly cache: 'hit' | 'miss' | 'joined';
    readonly thumbhash: string | null;
    readonly phash: string | null;
    readonly score?: number;
  }[];
  readonly best_of?: {
    readonly candidates: number;
    readonly judge: string;
    readonly judge_name?: string;
    readonly caveat?: string;
  };
  readonly usage: { readonly units: number };
}

export function postImages({ url, apiKey }: DevStack, body: object): Promise<Response> {
  return fetch(`${url}/v1/images/generations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** @throws Error with the answer's text when it is not 200. */
export async function createImages(stack: DevStack, body: object): Promise<ImagesAnswer> {
  const response = await postImages(stack, body);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as ImagesAnswer;
}

export async function bytesOf(url: string): Promise<Buffer<ArrayBuffer>> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}

/** The picture's edges, and how far its brightest channel spreads: 0 for a uniform area. */
export async function decode(bytes: Uint8Array): Promise<{ width: number; height: number; spread: number }> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { channels } = await sharp(data, { raw: info }).stats();
  return { width: info.width, height: info.height, spread: Math.max(...channels.map(({ stdev }) => stdev)) };
}

/** Pictures that the backend has made and stored since it started. */
export async function picturesMade({ backendUrl }: DevStack): Promise<number> {
  const text = await (await fetch(`${backendUrl}/metrics`)).text();
  return Number(/^galip_images_total\{result="created"\} (\d+)$/mu.exec(text)?.[1] ?? 0);
}
