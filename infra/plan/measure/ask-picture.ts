import { randomUUID } from 'node:crypto';
import { type GenerateResult, generateResultSchema } from '../../../gpu-backend/contract/generate.ts';
import { modelCardSchema } from '../../../gpu-backend/contract/model-card.ts';
import { type SigningKey, signRequest } from '../../../gpu-backend/contract/signature.ts';

/** Prompts that take turns: in production, too, the text encoder remembers most. */
const PROMPTS = 100;

/** One picture's way, as client and backend saw it. */
export interface PictureTimes {
  readonly clientMs: number;
  readonly timings: GenerateResult['timings'];
}

/** Asks for a picture that was never asked for, signed as the edge signs. @throws Error unless it is made. */
export type AskPicture = () => Promise<PictureTimes>;

export async function createAskPicture(url: string, key: SigningKey): Promise<AskPicture> {
  const card = modelCardSchema.parse(await (await fetch(`${url}/v1/models`)).json());
  const endpoint = new URL('/v1/generate', url);
  let seed = 0;
  return async () => {
    const startedAt = performance.now();
    const images = [{ prompt: `picture ${seed % PROMPTS}`, seed: seed++ }];
    const request = { model: card.digest, images, size: card.imageSize, format: 'webp', quality: 90 };
    const body = new TextEncoder().encode(JSON.stringify(request));
    const fields = { timestamp: Math.floor(Date.now() / 1_000), nonce: randomUUID() };
    const signature = await signRequest({ method: 'POST', path: endpoint.pathname, body }, key, fields);
    const headers = { ...signature, 'content-type': 'application/json' };
    const response = await fetch(endpoint, { method: 'POST', headers, body });
    const form = response.ok ? await response.formData() : undefined;
    const clientMs = performance.now() - startedAt;
    if (!form) throw new Error(`the backend answered with status ${response.status}`);
    const { timings } = generateResultSchema.parse(JSON.parse(String(form.get('result'))));
    return { clientMs, timings };
  };
}
