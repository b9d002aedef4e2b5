import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { createS3Store } from '../../gpu-backend/storage/s3-store.ts';
import { type EdgePart, startEdge } from '../../infra/local/edge-part.ts';
import { createPartLog } from '../../infra/local/log.ts';
import { freePort } from '../../infra/local/ports.ts';
import { s3VariablesOf } from '../../infra/local/services.ts';
import { objectStoreConformance } from './object-store.ts';

// The S3 endpoint that `npm start` gives edge and backend where the environment names no other.

const root = fileURLToPath(new URL('../../', import.meta.url));
let edge: EdgePart;
let dataDir: string;
let port: number;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'galip-s3-'));
  port = await freePort();
  const log = createPartLog('edge', 'cyan', process.stdout);
  log.hold();
  edge = await startEdge({ root, dataDir, port, environment: process.env, variables: {}, log });
  const end = await Promise.race([edge.listening, edge.group.ended]);
  if (end !== undefined) {
    log.release('show');
    throw new Error(`wrangler ended (${end})`);
  }
});

afterAll(async () => {
  await edge.group.stop();
  await rm(dataDir, { recursive: true });
});

function openStore(changes: { secretAccessKey?: string; endpoint?: string } = {}) {
  const s3 = s3VariablesOf({}, port);
  return createS3Store({
    endpoint: s3.S3_ENDPOINT,
    bucket: s3.S3_BUCKET,
    region: s3.S3_REGION,
    accessKeyId: s3.S3_ACCESS_KEY_ID,
    secretAccessKey: s3.S3_SECRET_ACCESS_KEY,
    ...changes,
  });
}

objectStoreConformance("wrangler's S3 endpoint", () => openStore(), {
  withWrongSecret: () => openStore({ secretAccessKey: 'galip-local-other' }),
  // Port 9 (discard) of the machine: nothing listens.
  withUnreachableEndpoint: () => openStore({ endpoint: 'http://127.0.0.1:9' }),
});
