import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedRequest } from '../../fixtures/signed-request.ts';
import { createTestBackend, type TestBackend } from '../test-backend.ts';

let backend: TestBackend;

beforeAll(async () => {
  backend = await createTestBackend();
});

afterAll(() => backend.inference.close());

describe('the backend’s app', () => {
  it('is live at once, and ready only after the model ran', async () => {
    const model = { id: backend.model.id, digest: backend.model.digest };
    expect((await backend.app.request('/health/live')).status).toBe(200);
    const before = await backend.app.request('/health/ready');
    expect([before.status, await before.json()]).toEqual([503, { status: 'starting', model }]);
    await backend.inference.ready;
    const after = await backend.app.request('/health/ready');
    expect([after.status, await after.json()]).toEqual([200, { status: 'ready', model }]);
  });

  it('describes its model', async () => {
    const { id, digest, licence, commercialUse, generator } = backend.model;
    const response = await backend.app.request('/v1/models');
    expect(await response.json()).toEqual({
      id,
      digest,
      licence,
      commercialUse,
      imageSize: generator.imageSize,
    });
  });

  it('counts requests, pictures and stages', async () => {
    await backend.inference.ready;
    const images = [
      { prompt: 'red apple', seed: 1 },
      { prompt: 'red apple', seed: 2 },
    ];
    const request = { model: backend.model.digest, images, size: 64, format: 'png', quality: null };
    for (const body of [request, request, {}]) {
      await backend.app.request(await signedRequest('http://backend.test/v1/generate', body));
    }
    const response = await backend.app.request('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=/u);
    const lines = (await response.text()).split('\n');
    expect(lines).toContain('galip_generate_requests_total{outcome="ok"} 2');
    expect(lines).toContain('galip_generate_requests_total{outcome="invalid_request"} 1');
    expect(lines).toContain('galip_images_total{result="created"} 2');
    expect(lines).toContain('galip_images_total{result="existing"} 2');
    expect(lines).toContain('galip_child_restarts_total 0');
    expect(lines).toContain('galip_queue_depth 0');
    for (const stage of ['queue', 'tokenise', 'text_encoder', 'generator', 'encode', 'store', 'total']) {
      expect(lines).toContain(`galip_stage_seconds_count{stage="${stage}"} 2`);
    }
  });

  it('answers 404 in the errors’ form elsewhere', async () => {
    const response = await backend.app.request('/elsewhere');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'not_found', param: null } });
  });
});
