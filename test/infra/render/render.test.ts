import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ENVIRONMENTS } from '../../../infra/kubernetes/environment.ts';
import { renderManifests } from '../../../infra/render/render-manifests.ts';

const MAIN = fileURLToPath(new URL('../../../infra/render/main.ts', import.meta.url));
const render = (...args: string[]) => promisify(execFile)(process.execPath, [MAIN, ...args]);

it.each(['production', 'staging'])('prints all of %s as YAML documents', async (env) => {
  const { stdout } = await render('--env', env);
  const documents = parseAllDocuments(stdout);
  expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
  expect(
    documents.map((document) => `${document.get('kind')} ${document.getIn(['metadata', 'name'])}`),
  ).toEqual([
    `Namespace ${env === 'staging' ? 'galip-staging' : 'galip'}`,
    'NetworkPolicy galip-backend',
    'Service galip-cpu',
    'Service galip-gpu',
    'Service galip-cpu-peers',
    'Service galip-gpu-peers',
    'Ingress galip-backend',
    'Deployment galip-cpu',
    'Deployment galip-gpu',
    'PodDisruptionBudget galip-cpu',
    'PodDisruptionBudget galip-gpu',
    'ScaledObject galip-gpu',
    'ServiceMonitor galip-backend',
    'PrometheusRule galip-scaling',
  ]);
});

it('writes one file an object, in order, with the images that it is given', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'galip-render-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await render(
    '--env',
    'staging',
    '--out',
    folder,
    '--cuda-image',
    'r.example/b@sha256:1',
    '--cpu-image',
    'r.example/c',
  );
  const files = (await readdir(folder)).sort();
  expect(files).toHaveLength(14);
  expect(files[0]).toBe('00-namespace-galip-staging.yaml');
  const gpu = await readFile(join(folder, '08-deployment-galip-gpu.yaml'), 'utf8');
  expect(gpu).toContain('image: r.example/b@sha256:1\n');
});

it('prints a service for Cloud Run', async () => {
  const { stdout } = await render('--env', 'production', '--for', 'cloud-run');
  const [document] = parseAllDocuments(stdout);
  expect(document?.toJS()).toMatchObject({
    apiVersion: 'serving.knative.dev/v1',
    spec: { template: { spec: { nodeSelector: { 'run.googleapis.com/accelerator': 'nvidia-l4' } } } },
  });
});

it.each([
  [['--env', 'prod'], '--env is "prod": it must be one of production, staging.'],
  [[], '--env is missing: it must be one of production, staging.'],
  [['--env', 'staging', '--for', 'x'], '--for is "x": it must be one of kubernetes, cloud-run.'],
])('refuses %j, saying what is allowed', async (args, message) => {
  await expect(render(...args)).rejects.toMatchObject({ code: 1, stderr: `${message}\n` });
});

it.each(['kubernetes', 'cloud-run'] as const)('refuses what a schema does not allow, for %s', (target) => {
  const environment = { ...ENVIRONMENTS.staging, images: { cpu: 5, cuda: 5 } as never };
  expect(() => renderManifests({ environment, target })).toThrow(/containers\/0\/image must be string/u);
});
