import { Client, SdkHttpError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGalip } from '../../edge/client/create-galip.ts';
import { createApiKey } from '../../gpu-backend/contract/api-key.ts';
import { bytesOf, decode } from '../e2e/http.ts';
import { type DevStack, startDevStack } from '../fixtures/dev-stack.ts';

let stack: DevStack;
beforeAll(async () => {
  stack = await startDevStack();
});
afterAll(async () => {
  await stack?.stop();
});

type Negotiation = { readonly mode: 'legacy' | 'auto' };

async function connect(versionNegotiation: Negotiation, apiKey = stack.apiKey): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation });
  const requestInit = { headers: { authorization: `Bearer ${apiKey}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', stack.url), { requestInit }));
  return client;
}

const generate = (client: Client, given: Record<string, unknown>) =>
  client.callTool({ name: 'generate_image', arguments: given });

/** Units that were charged so far. */
async function chargedUnits(): Promise<number> {
  return (await createGalip({ baseUrl: stack.url, apiKey: stack.apiKey }).usage()).total.units;
}

describe.each([
  ['legacy', '2025-11-25'],
  ['auto', '2026-07-28'],
] as const)('the official MCP client, %s: revision %s', (mode, revision) => {
  let client: Client;
  beforeAll(async () => {
    client = await connect({ mode });
  });
  afterAll(() => client?.close());

  it('speaks that revision', () => {
    expect(client.getNegotiatedProtocolVersion()).toBe(revision);
    expect(client.getServerVersion()).toMatchObject({ name: 'galip-edge' });
  });

  it('lists the tools, each field described', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['generate_image', 'morph']);
    const { properties = {}, required } = tools[0]?.inputSchema ?? {};
    expect(required).toEqual(['prompt']);
    expect(Object.keys(properties)).toEqual(
      expect.arrayContaining(['prompt', 'n', 'seed', 'truncation', 'stages']),
    );
    expect(properties).not.toHaveProperty('webhook');
    expect(JSON.stringify(tools)).not.toContain('#/components');
  });

  it('makes pictures: the bytes of their URLs, charged as elsewhere', async () => {
    const before = await chargedUnits();
    const given = { prompt: `a red apple, ${mode}`, n: 2, output_format: 'webp' };
    const { content, isError } = await generate(client, given);
    expect(isError).toBeFalsy();
    const images = content.flatMap((each) => (each.type === 'image' ? [each] : []));
    const [text] = content.flatMap((each) => (each.type === 'text' ? [each.text] : []));
    const urls = text?.match(/http\S+\.webp/gu) ?? [];
    expect(images).toHaveLength(2);
    expect(urls).toHaveLength(2);
    for (const [at, { data, mimeType }] of images.entries()) {
      expect(mimeType).toBe('image/webp');
      const bytes = Buffer.from(data, 'base64');
      expect(bytes.equals(await bytesOf(urls[at] ?? ''))).toBe(true);
      expect(await decode(bytes)).toMatchObject({ width: 64, height: 64 });
    }
    expect(await chargedUnits()).toBe(before + 2);
    const again = await generate(client, given);
    expect(again.content.slice(0, 2)).toEqual(images);
    expect(again.structuredContent).toMatchObject({ usage: { units: 0 } });
    expect(await chargedUnits()).toBe(before + 2);
  });

  it('tells the scores of the best of several, whose they are, and what they are worth', async () => {
    const judged = await generate(client, { prompt: 'a red apple', best_of: 4 });
    expect(judged.content[1]).toMatchObject({
      text: expect.stringMatching(/, score 0\.\d{3}, .*scored by emoji-64-judge$/su),
    });
    const { content } = await generate(client, { prompt: 'a red apple', best_of: 4, judge: 'clip' });
    expect(content).toHaveLength(2);
    expect(content[1]).toMatchObject({
      text: expect.stringMatching(/, score 0\.\d{3}, .*trained against/su),
    });
  });

  it('makes a morph: the bytes of its URL, charged as elsewhere', async () => {
    const before = await chargedUnits();
    const keyframes = [{ prompt: `a red apple, ${mode}` }, { prompt: `a banana, ${mode}` }];
    const given = { keyframes, frames: 4, loop: true };
    const { content, isError, structuredContent } = await client.callTool({
      name: 'morph',
      arguments: given,
    });
    expect(isError).toBeFalsy();
    const [image, text] = content;
    if (image?.type !== 'image' || text?.type !== 'text') throw new Error('an image, then a text');
    expect(image.mimeType).toBe('image/webp');
    const [url = ''] = /http\S+\.webp/u.exec(text.text) ?? [];
    const bytes = Buffer.from(image.data, 'base64');
    expect(bytes.equals(await bytesOf(url))).toBe(true);
    expect(await sharp(bytes, { animated: true }).metadata()).toMatchObject({
      format: 'webp',
      pages: 4,
      width: 64,
    });
    const { usage } = structuredContent as { usage: { units: number } };
    expect(await chargedUnits()).toBe(before + usage.units);
    const wrong = await client.callTool({ name: 'morph', arguments: { keyframes, frames: 1 } });
    expect(wrong.isError).toBe(true);
  });

  it('makes private pictures too', async () => {
    const { content } = await generate(client, { prompt: 'a secret cat', visibility: 'private' });
    expect(content[0]).toMatchObject({ type: 'image', mimeType: 'image/png' });
    expect(content[1]).toMatchObject({ text: expect.stringContaining('/p/') });
  });

  it('tells the model what is wrong with its arguments, as an error of the tool', async () => {
    const wrong = await generate(client, { prompt: 'a cat', size: '7x7' });
    expect(wrong.isError).toBe(true);
    expect(wrong.content).toMatchObject([
      { text: expect.stringMatching(/^invalid_request \(size\): size \("7x7"\) must be .*16 … 256/u) },
    ]);
    const unknown = await generate(client, { prompt: 'a cat', sise: 1 });
    expect(unknown.isError).toBe(true);
    expect(unknown.content).toMatchObject([{ text: expect.stringContaining('sise') }]);
  });
});

it('says what a key without credit lacks, as an error of the tool', async () => {
  const { id: tenant } = await admin('/v1/admin/tenants', { id: 'poor', name: 'Poor' });
  const { key } = await admin('/v1/admin/keys', { tenant, name: 'poor', scopes: ['generate'] });
  const client = await connect({ mode: 'legacy' }, key);
  const { isError, content } = await generate(client, { prompt: 'a castle of gold' });
  expect(isError).toBe(true);
  expect(content).toMatchObject([{ text: expect.stringMatching(/^insufficient_credits: /u) }]);
  await client.close();
});

async function admin(path: string, body: object): Promise<Record<string, string>> {
  const headers = { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' };
  const response = await fetch(stack.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as Record<string, string>;
}

it('lets nobody in without a key', async () => {
  const error = await connect({ mode: 'legacy' }, createApiKey('test').text).catch((cause) => cause);
  expect(error).toBeInstanceOf(SdkHttpError);
  expect(String(error)).toContain('invalid_api_key');
});

it('answers JSON to one who just posts, takes notifications, and has no stream to open', async () => {
  const post = (body: object) =>
    fetch(`${stack.url}/mcp`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const answer = await post({ jsonrpc: '2.0', id: 7, method: 'tools/list' });
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/u);
  expect(await answer.json()).toMatchObject({
    id: 7,
    result: { tools: [{ name: 'generate_image' }, { name: 'morph' }] },
  });
  expect((await post({ jsonrpc: '2.0', method: 'notifications/initialized' })).status).toBe(202);
  expect(await (await post({ jsonrpc: '2.0', id: 1, method: 'nothing' })).json()).toMatchObject({
    error: { code: -32601 },
  });
  const stream = await fetch(`${stack.url}/mcp`, { headers: { accept: 'text/event-stream' } });
  expect(stream.status).toBe(405);
});
