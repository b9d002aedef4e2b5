import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { parseConfig, WORKER_VARIABLES, type WorkerEnv } from '../../../edge/config.ts';
import { JOB_QUEUE } from '../../../edge/jobs/job-queue.ts';
import { DEAD_USAGE_QUEUE, USAGE_QUEUE } from '../../../edge/usage/consume-usage.ts';
import { modelCardOf, modelManifestSchema } from '../../../gpu-backend/contract/model-card.ts';
import { ENVIRONMENTS } from '../../../infra/kubernetes/environment.ts';
import { TIERS } from '../../../infra/kubernetes/tier.ts';
import { WRANGLER, wranglerEnvironment } from '../../../infra/local/wrangler.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** What is read here of an environment's configuration: wrangler's own type needs types that Node's exclude. */
interface WorkerSettings {
  readonly durable_objects: { readonly bindings: readonly { readonly name: string }[] };
  readonly d1_databases: readonly { readonly binding: string }[];
  readonly queues: {
    readonly producers?: readonly { readonly binding: string }[];
    readonly consumers?: readonly { readonly queue: string; readonly dead_letter_queue?: string }[];
  };
  readonly migrations: unknown;
  readonly triggers: unknown;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly secrets?: { readonly required?: readonly string[] };
  readonly observability?: { readonly logs?: object };
}

function configOf(env?: string): WorkerSettings {
  const args = { config: join(root, 'wrangler.toml'), ...(env !== undefined && { env }) };
  return unstable_readConfig(args, { hideWarnings: true });
}

const namesOf = (bindings: readonly { readonly name: string }[]) => bindings.map(({ name }) => name).sort();

const local = configOf('local');
/** Values of secrets, which stand in no file. */
const SECRETS: Readonly<Record<string, string>> = {
  SIGNING_KEYS: `a:${'s'.repeat(32)}`,
  URL_SIGNING_KEYS: `a:${'u'.repeat(32)}`,
  S3_ACCESS_KEY_ID: 'id',
  S3_SECRET_ACCESS_KEY: 'secret',
  RECEIPT_SIGNING_KEY: '',
};

describe.each(['production', 'staging'] as const)('[env.%s] of wrangler.toml', (env) => {
  const config = configOf(env);
  const secrets = config.secrets?.required ?? [];

  it('binds all that the local environment binds, and runs its schedule', () => {
    expect(namesOf(config.durable_objects.bindings)).toEqual(namesOf(local.durable_objects.bindings));
    expect(config.migrations).toEqual(local.migrations);
    expect(config.triggers).toEqual(local.triggers);
    expect(config.d1_databases.map(({ binding }) => binding)).toEqual(['DB']);
    const producers = ({ queues }: WorkerSettings) => queues.producers?.map(({ binding }) => binding);
    expect(producers(config)).toEqual(producers(local));
    const consumers = ({ queues }: WorkerSettings) =>
      queues.consumers?.map(({ queue, dead_letter_queue, ...settings }) => settings);
    expect(consumers(config)).toEqual(consumers(local));
  });

  it('has queues of its own, by whose names the Worker knows what they carry', () => {
    const queues = config.queues.consumers?.map(({ queue }) => queue) ?? [];
    for (const name of [JOB_QUEUE, USAGE_QUEUE, DEAD_USAGE_QUEUE]) {
      expect(queues.filter((queue) => queue.endsWith(name))).toHaveLength(1);
    }
    const others = configOf(env === 'staging' ? 'production' : 'staging').queues.consumers ?? [];
    expect(others.filter(({ queue }) => queues.includes(queue))).toEqual([]);
    const usage = config.queues.consumers?.find(({ queue }) => queue.endsWith(USAGE_QUEUE));
    expect(queues).toContain(usage?.dead_letter_queue);
  });

  it('sets no variable or secret that the Worker does not know', () => {
    const named = [...Object.keys(config.vars), ...secrets];
    expect(named.filter((name) => !WORKER_VARIABLES.includes(name))).toEqual([]);
    expect(Object.keys(config.vars).filter((name) => secrets.includes(name))).toEqual([]);
  });

  it('makes, with the secrets, a configuration that the Worker takes', () => {
    const values = Object.fromEntries(secrets.map((name) => [name, SECRETS[name]]));
    const parsed = parseConfig({ ...config.vars, ...values, DB: {} } as unknown as WorkerEnv);
    expect(parsed.publicUrl).toMatch(/^https:/u);
    expect(parsed.urlSigningKeys).toHaveLength(1);
  });

  it('names the tiers, GPUs first, and the bucket that the manifests of the same name have', () => {
    const { hosts, s3 } = ENVIRONMENTS[env];
    expect(config.vars).toMatchObject({
      BACKEND_URL: TIERS.map((tier) => `https://${hosts[tier]}`).join(','),
      S3_ENDPOINT: s3.endpoint,
      S3_BUCKET: s3.bucket,
      S3_REGION: s3.region,
    });
  });

  it('has the card of the bundled model: change MODEL_CARD with it', async () => {
    const manifest = JSON.parse(await readFile(join(EMOJI_MODEL, 'model.json'), 'utf8'));
    expect(JSON.parse(String(config.vars.MODEL_CARD))).toEqual(
      modelCardOf(modelManifestSchema.parse(manifest)),
    );
  });

  it('logs no requests: their URLs hold prompts and signatures', () => {
    expect(config.observability?.logs).toMatchObject({ enabled: true, invocation_logs: false });
  });

  it('is what wrangler would deploy, within a mebibyte', async () => {
    const out = await mkdtemp(join(tmpdir(), 'galip-deploy-'));
    onTestFinished(() => rm(out, { recursive: true }));
    const args = [WRANGLER, 'deploy', '--dry-run', '--env', env, '--outdir', out];
    const options = { cwd: root, env: { ...wranglerEnvironment(process.env, out), NO_COLOR: '1' } };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, options as never);
    expect(`${stdout}${stderr}`).not.toMatch(/warning|error/iu);
    const [, gzipKiB] = /gzip: ([\d.]+) KiB/u.exec(String(stdout)) ?? [];
    expect(Number(gzipKiB)).toBeGreaterThan(50);
    expect(Number(gzipKiB)).toBeLessThan(1024);
    for (const binding of [...namesOf(config.durable_objects.bindings), 'DB', 'JOBS', 'USAGE']) {
      expect(stdout).toContain(`env.${binding} (`);
    }
    expect(stdout).toMatch(/env\.ASSETS +Assets/u);
  });
});

it('has nothing to deploy where no environment is named', () => {
  const { durable_objects, d1_databases, queues, vars } = configOf();
  expect({ durable_objects, d1_databases, queues, vars }).toMatchObject({
    durable_objects: { bindings: [] },
    d1_databases: [],
    vars: {},
  });
});

it('has each variable of the Worker set in each environment, or in the table of the README', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const documented = new Set(readme.match(/`[A-Z][A-Z0-9_]+`/gu));
  expect(WORKER_VARIABLES.filter((name) => !documented.has(`\`${name}\``))).toEqual([]);
});
