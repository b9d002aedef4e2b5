import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { createS3Store } from '../../../gpu-backend/storage/s3-store.ts';

// What a healthy service does is shown by test/conformance/object-store.ts; here a service answers by a script, for the
// answers that a healthy one gives seldom.

const KEY = `i/${'a'.repeat(64)}.webp`;
const OPTIONS = { contentType: 'image/webp', cacheControl: 'no-store' };
const SECRET = 'very-secret-access-key';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

interface Answer {
  readonly status: number;
  readonly code?: string;
  readonly etag?: string;
}

/** A store on a service that gives these answers in turn, the last one for ever; and the requests it saw. */
async function storeAnswering(...answers: readonly [Answer, ...Answer[]]) {
  const seen: string[] = [];
  server = createServer((request, response) => {
    const { status, code, etag } = answers[Math.min(seen.length, answers.length - 1)] as Answer;
    seen.push(`${request.method} ${request.headers['if-none-match'] ?? ''}`.trim());
    const authorization = request.headers.authorization ?? '';
    request.resume();
    request.once('end', () => {
      const detail = `<Message>told ${code}</Message><StringToSign>${authorization}</StringToSign>`;
      const body = code && request.method !== 'HEAD' ? `<Error><Code>${code}</Code>${detail}</Error>` : '';
      response.writeHead(status, { 'content-type': 'application/xml', ...(etag && { etag }) }).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const store = createS3Store({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket: 'pictures',
    region: 'auto',
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: SECRET,
  });
  return { store, seen };
}

describe('createS3Store', () => {
  it('puts on condition that the key is free', async () => {
    const { store, seen } = await storeAnswering({ status: 200, etag: '"1"' });
    expect(await store.putIfAbsent(KEY, new Uint8Array(3), OPTIONS)).toEqual({ created: true, etag: '"1"' });
    expect(seen).toEqual(['PUT *']);
  });

  it('loses quietly to the object that lies there', async () => {
    const { store } = await storeAnswering(
      { status: 412, code: 'PreconditionFailed' },
      { status: 200, etag: '"theirs"' },
    );
    const outcome = await store.putIfAbsent(KEY, new Uint8Array(3), OPTIONS);
    expect(outcome).toEqual({ created: false, etag: '"theirs"' });
  });

  it('tries again after a conflict with a write that was going on', async () => {
    const { store, seen } = await storeAnswering(
      { status: 409, code: 'ConditionalRequestConflict' },
      { status: 200, etag: '"2"' },
    );
    expect(await store.putIfAbsent(KEY, new Uint8Array(3), OPTIONS)).toEqual({ created: true, etag: '"2"' });
    expect(seen).toHaveLength(2);
  });

  it('gives up on a conflict that does not end', async () => {
    const { store, seen } = await storeAnswering({ status: 409, code: 'ConditionalRequestConflict' });
    const put = store.putIfAbsent(KEY, new Uint8Array(3), OPTIONS);
    await expect(put).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(seen).toHaveLength(5);
  });

  it('takes a missing bucket for a fault and no missing key', async () => {
    const { store } = await storeAnswering({ status: 404, code: 'NoSuchBucket' });
    await expect(store.get(KEY)).rejects.toMatchObject({ code: 'storage_unavailable' });
  });

  it('tells operation, key and reason in the cause, and neither secret nor signature', async () => {
    const { store } = await storeAnswering({ status: 403, code: 'SignatureDoesNotMatch' });
    const error = await store.get(KEY).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    const { cause } = error as ApiError;
    expect(String(cause)).toContain(`GetObject ${KEY}: 403 SignatureDoesNotMatch`);
    const everything = JSON.stringify([cause, Object.getOwnPropertyNames(cause), String(cause)]);
    expect(everything).not.toMatch(/AKIDEXAMPLE|very-secret|Signature=/u);
  });
});
