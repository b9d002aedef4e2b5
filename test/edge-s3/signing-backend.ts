import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fingerprintOf, objectKeyOf } from '../../gpu-backend/contract/fingerprint.ts';
import { type GenerateResult, generateRequestSchema } from '../../gpu-backend/contract/generate.ts';
import { parseSigningKeys, verifyRequest } from '../../gpu-backend/contract/signature.ts';

export interface SigningBackend extends AsyncDisposable {
  readonly url: string;
  /** Pictures made so far. */
  readonly made: () => number;
  /** From now on every connection is cut in the middle of the answer. */
  readonly breakDown: () => void;
  /** From now on it answers nothing, until the returned function is called. */
  readonly hold: () => () => void;
  /** Settles with the next request that comes in whole. */
  readonly asked: () => Promise<void>;
}

export interface SigningBackendOptions {
  readonly signingKeys: string;
  /** Stores an object and returns its entity tag. */
  readonly put: (key: string, bytes: Uint8Array<ArrayBuffer>) => Promise<string>;
  readonly bytesOf: (fingerprint: string) => Uint8Array<ArrayBuffer>;
}

/** A backend without a model over real HTTP: verifies signatures, stores what it makes, answers form data. */
export async function startSigningBackend(options: SigningBackendOptions): Promise<SigningBackend> {
  const keys = parseSigningKeys(options.signingKeys);
  const nonces = new Set<string>();
  let made = 0;
  let broken = false;
  let held = Promise.resolve();
  let asked = Promise.withResolvers<void>();

  const server = createServer(async (incoming, outgoing) => {
    const body = new Uint8Array(Buffer.concat(await incoming.toArray()));
    asked.resolve();
    asked = Promise.withResolvers();
    await held;
    if (broken) {
      outgoing.writeHead(200, { 'content-type': 'multipart/form-data; boundary=x' });
      outgoing.write('--x\r\nContent-Disposition: form-data; name="result"\r\n\r\n{');
      outgoing.destroy();
      return;
    }
    const problem = await verifyRequest(
      { method: incoming.method ?? '', path: incoming.url ?? '', body },
      new Headers(incoming.headersDistinct as Record<string, string[]> as never),
      { keys, now: Date.now() / 1000, rememberNonce: (nonce) => !nonces.has(nonce) && !!nonces.add(nonce) },
    );
    if (problem) {
      outgoing.writeHead(401).end(problem);
      return;
    }
    const response = new Response(await generate(body));
    outgoing.writeHead(200, Object.fromEntries(response.headers));
    outgoing.end(new Uint8Array(await response.arrayBuffer()));
  });

  async function generate(body: Uint8Array): Promise<FormData> {
    const request = generateRequestSchema.parse(JSON.parse(new TextDecoder().decode(body)));
    const { images: asked, ...common } = request;
    const form = new FormData();
    const images: GenerateResult['images'] = [];
    for (const image of asked) {
      const fingerprint = await fingerprintOf({ ...common, ...image });
      const bytes = options.bytesOf(fingerprint);
      const etag = await options.put(objectKeyOf(fingerprint, common.format, common.tenant), bytes);
      images.push({ fingerprint, seed: image.seed, etag, created: true });
      form.set(fingerprint, new Blob([bytes]), fingerprint);
      made++;
    }
    const timings = {
      queueMs: 0,
      tokeniseMs: 0,
      textEncoderMs: 0,
      generatorMs: 0,
      encodeMs: 0,
      storeMs: 0,
      totalMs: 0,
    };
    form.set('result', JSON.stringify({ native: 64, images, timings } satisfies GenerateResult));
    return form;
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    made: () => made,
    breakDown: () => {
      broken = true;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    asked: () => asked.promise,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
