import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from '../../../gpu-backend/contract/generate.ts';
import { limitedBody } from '../../../gpu-backend/http/limited-body.ts';
import { type HttpServer, listen } from '../../../gpu-backend/http/server.ts';

let server: HttpServer;

beforeAll(async () => {
  const app = new Hono();
  app.post('/', limitedBody, async (context) =>
    context.text(String((await context.req.arrayBuffer()).byteLength)),
  );
  app.onError((error, context) => context.text(error.message, 400));
  server = await listen(app, { host: '127.0.0.1', port: 0 });
});

afterAll(() => server.stop(60_000));

/** With its length told, or in chunks, which tell none. */
async function send(sizeBytes: number, isChunked: boolean): Promise<readonly [number, string]> {
  const bytes = new Uint8Array(sizeBytes);
  const body = isChunked ? new Blob([bytes]).stream() : bytes;
  const response = await fetch(server.url, { method: 'POST', body, ...(isChunked && { duplex: 'half' }) });
  return [response.status, await response.text()];
}

describe.each([
  ['whose length is told', false],
  ['in chunks', true],
])('limitedBody, of a body %s', (_, isChunked) => {
  it('lets one of exactly the limit pass, whole', async () => {
    expect(await send(MAX_BODY_BYTES, isChunked)).toEqual([200, String(MAX_BODY_BYTES)]);
  });

  it('refuses one byte more', async () => {
    const message = `The body is longer than ${MAX_BODY_BYTES} bytes.`;
    expect(await send(MAX_BODY_BYTES + 1, isChunked)).toEqual([400, message]);
  });
});
