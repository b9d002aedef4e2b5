import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { type CephCluster, startCephCluster } from './ceph-cluster.ts';

// `npm run test:s3`: starts a real Ceph, and runs ceph-*.test.ts against it.

const PROGRAMS = ['ceph', 'ceph-authtool', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin'];
const BUCKET = 'galip-images';
const root = fileURLToPath(new URL('../../', import.meta.url));
const vitest = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')));

const missing = PROGRAMS.filter((program) => spawnSync(program, ['--version']).error);
if (missing.length > 0) {
  console.error(
    `Ceph is not installed (${missing.join(', ')} not found). On Debian and Ubuntu, as root:\n` +
      '  apt-get install --no-install-recommends radosgw ceph-mon ceph-osd ceph-common',
  );
  process.exit(1);
}

// A signal reaches vitest and the daemons too; this process goes on to clean up after them.
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    isInterrupted = true;
  });
}

console.log('Starting Ceph (monitor, OSD, gateway) …');
const startedAt = performance.now();
const ceph = await startCephCluster();
try {
  await createBucket(ceph);
  console.log(
    `Ceph answers at ${ceph.endpoint} after ${Math.round(performance.now() - startedAt) / 1000} s.`,
  );
  process.exitCode = isInterrupted ? 1 : await runSuite(ceph);
} finally {
  await ceph.stop();
}

async function createBucket({ endpoint, accessKeyId, secretAccessKey }: CephCluster): Promise<void> {
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
}

async function runSuite({ endpoint, accessKeyId, secretAccessKey }: CephCluster): Promise<number> {
  const config = ['--config', 'test/vitest.config.ts', '--project', 'node'];
  const child = spawn(process.execPath, [vitest, 'run', ...config, 'test/conformance/ceph'], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      TEST_S3_ENDPOINT: endpoint,
      TEST_S3_BUCKET: BUCKET,
      TEST_S3_ACCESS_KEY_ID: accessKeyId,
      TEST_S3_SECRET_ACCESS_KEY: secretAccessKey,
    },
  });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}
