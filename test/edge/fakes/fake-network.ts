import { listDurableObjectIds, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, vi } from 'vitest';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { createMemoryBackend, type MemoryBackend } from './memory-backend.ts';
import { createMemoryObjectStore, type MemoryObjectStore } from './memory-object-store.ts';

export interface FakeNetwork {
  readonly store: MemoryObjectStore;
  readonly backend: MemoryBackend;
  /** What the hosts below hooks.example were sent, in order. */
  readonly hooks: { readonly url: string; readonly headers: Headers; readonly body: string }[];
  /** Statuses of their next answers; when there are no more: 204. */
  readonly hookStatuses: number[];
  /** Addresses that DNS tells of every host. */
  addresses: string[];
}

/**
 * Takes the place of all that the Worker and its objects reach by `fetch`, for the rest of the file. What waits for its
 * next try then is ended: the network is real again, where workerd reports each host that is not there as uncaught, also
 * where the object catches it.
 */
export function installFakeNetwork(): FakeNetwork {
  const store = createMemoryObjectStore();
  const backend = createMemoryBackend(store);
  const network: FakeNetwork = { store, backend, hooks: [], hookStatuses: [], addresses: ['93.184.215.14'] };

  async function answer(request: Request): Promise<Response> {
    const { host, pathname, searchParams } = new URL(request.url);
    if (host === new URL(String(env.BACKEND_URL)).host)
      return pathname === '/v1/compose' ? compose(request) : generate(request);
    if (host === new URL(String(env.S3_ENDPOINT)).host) return read(request.method, pathname);
    if (host === 'cloudflare-dns.com') return resolve(searchParams.get('type'));
    if (host.endsWith('hooks.example')) {
      network.hooks.push({ url: request.url, headers: request.headers, body: await request.text() });
      return new Response(null, { status: network.hookStatuses.shift() ?? 204 });
    }
    throw new TypeError(`there is no host ${host}`);
  }

  async function generate(request: Request): Promise<Response> {
    try {
      const { pictures, timings } = await backend.generate(await request.json());
      const form = new FormData();
      const images = pictures.map(({ fingerprint, seed, etag, hashes }) => ({
        fingerprint,
        seed,
        etag,
        hashes,
        created: true,
      }));
      form.set('result', JSON.stringify({ native: 64, images, timings }));
      for (const { fingerprint, bytes } of pictures) form.set(fingerprint, new Blob([bytes]), fingerprint);
      return new Response(form);
    } catch (error) {
      return (error instanceof ApiError ? error : new ApiError('internal_error')).toResponse();
    }
  }

  async function compose(request: Request): Promise<Response> {
    try {
      return Response.json(await backend.compose(await request.json()));
    } catch (error) {
      return (error instanceof ApiError ? error : new ApiError('internal_error')).toResponse();
    }
  }

  async function read(method: string, path: string): Promise<Response> {
    const key = path.slice(`/${String(env.S3_BUCKET)}/`.length);
    const object = await store.get(key);
    if (!object) return new Response(null, { status: 404 });
    const headers = {
      etag: object.etag,
      'content-length': String(object.sizeBytes),
      ...(object.hashes && {
        'x-amz-meta-thumbhash': object.hashes.thumbhash,
        'x-amz-meta-phash': object.hashes.phash,
      }),
    };
    return new Response(method === 'HEAD' ? null : object.bytes, { headers });
  }

  function resolve(type: string | null): Response {
    const ofType = network.addresses.filter((address) => address.includes(':') === (type === 'AAAA'));
    const records = ofType.map((data) => ({ name: 'x', type: type === 'A' ? 1 : 28, TTL: 60, data }));
    return Response.json({ Status: 0, Answer: records });
  }

  afterAll(async () => {
    await endAll(env.WEBHOOK, (storage) => storage.deleteAlarm());
    await endAll(env.JOB, async (storage) => {
      await storage.deleteAlarm();
      // The queue may still tell the job to go on: it finds none.
      await storage.deleteAll();
    });
  }, END_LIMIT_MS);
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) =>
    answer(new Request(input instanceof URL ? input.href : input, init)),
  );
  return network;
}

/** A long run of the fuzz test leaves thousands of jobs. */
const END_LIMIT_MS = 600_000;

async function endAll(
  namespace: unknown,
  end: (storage: DurableObjectStorage) => Promise<void>,
): Promise<void> {
  const objects = namespace as DurableObjectNamespace;
  for (const id of await listDurableObjectIds(objects)) {
    await runInDurableObject(objects.get(id), (_, { storage }) => end(storage));
  }
}
