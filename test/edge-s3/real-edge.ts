import { AwsClient } from 'aws4fetch';
import { expect } from 'vitest';
import { createTestHarness } from 'wrangler';
import { createApiKey, hashApiKey } from '../../gpu-backend/contract/api-key.ts';
import { type SigningBackend, startSigningBackend } from './signing-backend.ts';

const root = new URL('../..', import.meta.url).pathname;
const configPath = `${root}wrangler.toml`;
const SIGNING_KEYS = `k1:${'s'.repeat(32)}`;

/** As much of D1 as is used here: its types cannot be had beside Node's. */
interface D1 {
  prepare(sql: string): { bind(...values: unknown[]): { run(): Promise<unknown> } };
}

type Harness = ReturnType<typeof createTestHarness>;

export interface RealEdge extends AsyncDisposable {
  readonly fetch: Harness['fetch'];
  readonly backend: SigningBackend;
  /** Of a key of the postpaid tenant `tenant`, with every scope. */
  readonly authorization: string;
  /** Where the Worker listens. */
  readonly url: string;
  /** The object store's keys. */
  objects(): Promise<string[]>;
  /** Rows of a query to the ledger of `tenant`. */
  ledger<Row>(sql: string): Promise<Row[]>;
  /** Ends the object store alone. */
  endStore(): Promise<void>;
}

/**
 * The Worker on workerd as it is deployed, its objects behind the S3 protocol, a backend without a model over HTTP: two
 * servers, as in production.
 * @param more variables of the Worker, given the backend's URL.
 */
export async function startRealEdge(
  bytesOf: (fingerprint: string) => Uint8Array<ArrayBuffer>,
  more: (backendUrl: string) => Readonly<Record<string, string>> = () => ({}),
): Promise<RealEdge> {
  const s3 = createTestHarness({ root, workers: [{ configPath, env: 'local' }] });
  const edge = createTestHarness();
  const endpoint = new URL('/cdn-cgi/local/r2/s3', (await s3.listen()).url).href;
  const client = new AwsClient({
    accessKeyId: 'galip-local',
    secretAccessKey: 'galip-local-secret',
    service: 's3',
    region: 'auto',
    retries: 0,
  });
  const backend = await startSigningBackend({
    signingKeys: SIGNING_KEYS,
    bytesOf,
    put: async (key, body) => {
      const response = await client.fetch(`${endpoint}/galip-images/${key}`, { method: 'PUT', body });
      expect(response.status).toBe(200);
      return response.headers.get('etag') ?? '';
    },
  });
  const vars = {
    BACKEND_URL: backend.url,
    SIGNING_KEYS,
    URL_SIGNING_KEYS: SIGNING_KEYS,
    S3_ENDPOINT: endpoint,
    S3_BUCKET: 'galip-images',
    S3_ACCESS_KEY_ID: 'galip-local',
    S3_SECRET_ACCESS_KEY: 'galip-local-secret',
    MODEL_CARD: JSON.stringify({
      id: 'emoji-v0',
      digest: 'd'.repeat(64),
      licence: 'CC-BY-4.0',
      commercialUse: true,
      imageSize: 64,
      stages: 5,
    }),
    ...more(backend.url),
  };
  await edge.update({ root, workers: [{ configPath, env: 'local', vars }] });
  const { url } = await edge.listen();
  const worker = edge.getWorker<{ DB: D1 }>();
  await worker.applyD1Migrations('DB' as never);
  const { DB } = await worker.getEnv();
  return {
    fetch: (...request) => edge.fetch(...request),
    backend,
    authorization: `Bearer ${await storeKey(DB)}`,
    url: url.href,
    async objects() {
      const list = await client.fetch(`${endpoint}/galip-images?list-type=2`);
      return [...(await list.text()).matchAll(/<Key>([^<]+)<\/Key>/gu)].map(([, key = '']) => key);
    },
    async ledger<Row>(sql: string) {
      const storage = await worker.getDurableObjectStorage('LedgerObject' as never, { name: 'tenant' });
      return (await storage.exec(sql)) as Row[];
    },
    endStore: () => s3.close(),
    async [Symbol.asyncDispose]() {
      await Promise.all([edge.close(), s3.close(), backend[Symbol.asyncDispose]()]);
    },
  };
}

async function storeKey(db: D1): Promise<string> {
  const key = createApiKey('test');
  await db
    .prepare(
      "INSERT INTO tenants (id, name, plan, status, operator, created_at) VALUES ('tenant', 'a tenant', 'postpaid', 'active', 0, 0)",
    )
    .bind()
    .run();
  await db
    .prepare(
      `INSERT INTO api_keys (id, hash, tenant, name, kind, scopes, created_at)
       VALUES (?, ?, 'tenant', 'a test', 'test', 'generate read admin', 0)`,
    )
    .bind(key.id, await hashApiKey(key))
    .run();
  return key.text;
}
