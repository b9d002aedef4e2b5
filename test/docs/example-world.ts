import { createGalip } from '../../edge/client/create-galip.ts';
import { signUrl } from '../../gpu-backend/contract/url-signature.ts';
import { postImages } from '../e2e/http.ts';
import type { DevStack } from '../fixtures/dev-stack.ts';

/** Makes what the examples speak of. Returns what stands for it in their environment. */
export async function makeExampleWorld(stack: DevStack): Promise<Record<string, string>> {
  const { url: baseUrl, apiKey } = stack;
  const post = (path: string, body: object) => postJson(baseUrl + path, apiKey, body);
  const galip = createGalip({ baseUrl, apiKey });
  const { id: webhook } = await post('/v1/webhooks', { url: 'https://example.com/hook' });
  const { id: tenant } = await post('/v1/admin/tenants', { id: 'example', name: 'Example' });
  const key = await post('/v1/admin/keys', { name: 'example', scopes: ['read'], tenant });
  const { id: job } = await galip.jobs.create({ prompt: 'a green frog' });
  await galip.jobs.wait(job);
  const { key_id: signingKey, secret } = await galip.urlSigningSecret();
  const signed = { keyId: signingKey, options: 'size:128,seed:7', prompt: 'a red apple', extension: 'webp' };
  return {
    GALIP_API_KEY: apiKey,
    PICTURE: await pictureOf(stack, { prompt: 'a red apple' }),
    PRIVATE_PICTURE: await pictureOf(stack, { prompt: 'a secret cat', visibility: 'private' }),
    SIGNING_KEY_ID: signingKey,
    SIGNATURE: await signUrl(signed, secret),
    JOB_ID: job,
    WEBHOOK_ID: String(webhook),
    DELIVERY_ID: await firstDeliveryOf(stack, String(webhook)),
    KEY_ID: String(key.id),
    TENANT_ID: String(tenant),
  };
}

async function pictureOf(stack: DevStack, body: object): Promise<string> {
  const { data } = (await (await postImages(stack, body)).json()) as { data: { url: string }[] };
  return new URL(data[0]?.url ?? '').pathname.split('/').at(-1) ?? '';
}

/** Of the job's end: it is kept whether the receiver can be reached or not. */
async function firstDeliveryOf({ url, apiKey }: DevStack, webhook: string): Promise<string> {
  for (;;) {
    const headers = { authorization: `Bearer ${apiKey}` };
    const answer = await fetch(`${url}/v1/webhooks/${webhook}/deliveries`, { headers });
    const { data } = (await answer.json()) as { data: { id: string }[] };
    if (data[0]) return data[0].id;
  }
}

async function postJson(url: string, apiKey: string, body: object): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}
