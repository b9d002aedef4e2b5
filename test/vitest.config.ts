import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { WORKER_VARIABLES } from './fixtures/worker-variables.ts';

const root = new URL('..', import.meta.url).pathname;

/** A shared CI machine may stall past a test's deadline: it gets one more try there, which the report names. */
const RETRIES = process.env.CI ? 1 : 0;

/** Two projects in one run: `node`, and `workerd`, whose tests run inside of the Workers runtime. */
export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: 'node',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/edge/**'],
          // onnxruntime reports its use to its maker unless told not to; tests have no network but loopback.
          env: { ORT_DISABLE_TELEMETRY: '1' },
          retry: RETRIES,
          // What is waited for comes late on a busy machine.
          expect: { poll: { timeout: 10_000 } },
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        root,
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.toml', environment: 'local' },
            miniflare: {
              bindings: {
                ...WORKER_VARIABLES,
                FUZZ_RUNS: process.env.FUZZ_RUNS ?? '200',
                MIGRATIONS: await readD1Migrations(`${root}edge/migrations`),
              },
            },
          })),
        ],
        test: {
          name: 'workerd',
          include: ['test/edge/**/*.test.ts'],
          setupFiles: ['test/edge/apply-migrations.ts'],
          retry: RETRIES,
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
