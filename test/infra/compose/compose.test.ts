import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { stageNames } from '../images/image-tree.ts';

const file = new URL('../../../infra/compose/compose.yaml', import.meta.url);
const { services } = parse(readFileSync(file, 'utf8'), { merge: true });

describe.each(Object.keys(services))('%s of compose', (name) => {
  const service = services[name];

  it('runs without root, privileges or a writable file, and listens on the machine alone', () => {
    expect(service).toMatchObject({ read_only: true, user: '65532:65532', cap_drop: ['ALL'] });
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
    expect(service.ports).toEqual(['127.0.0.1:8788:8788']);
    expect(service).not.toHaveProperty('volumes');
  });

  it('gets more than the 30 s to stop that the backend promises to take', () => {
    expect(Number.parseInt(service.stop_grace_period, 10)).toBeGreaterThan(30);
  });

  it('is built from a stage that the Dockerfile has, of a model by its digest', () => {
    expect(stageNames()).toContain(service.build.target);
    expect(service.profiles).toEqual([service.build.target]);
    // No digest, no build.
    expect(service.build.args.MODEL_DIGEST).toMatch(/^\$\{MODEL_DIGEST:\?\}$/u);
  });
});

it('asks for a GPU for the CUDA image alone', () => {
  const devices = services['backend-cuda'].deploy.resources.reservations.devices;
  expect(devices).toEqual([{ driver: 'nvidia', count: 1, capabilities: ['gpu'] }]);
  expect(services['backend-cpu']).not.toHaveProperty('deploy');
});
