import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedRequest } from '../../fixtures/signed-request.ts';
import { createTestBackend, type TestBackend } from '../test-backend.ts';

let backend: TestBackend;

beforeAll(async () => {
  backend = await createTestBackend();
});

afterAll(() => backend.close());

describe('the backend’s app', () => {
  it('is live at once, and ready only after the model ran', async () => {
    const model = { id: backend.model.id, digest: backend.model.digest };
    expect((await backend.app.request('/health/live')).status).toBe(200);
    const before = await backend.app.request('/health/ready');
    expect([before.status, await before.json()]).toEqual([503, { status: 'starting', model }]);
    await backend.inference.ready;
    expect((await backend.app.request('/v2/health/ready')).status).toBe(200);
    const after = await backend.app.request('/health/ready');
    expect([after.status, await after.json()]).toEqual([200, { status: 'ready', model }]);
  });

  it('describes its model', async () => {
    const { id, digest, licence, commercialUse, generator, judge, files } = backend.model;
    const response = await backend.app.request('/v1/models');
    expect(await response.json()).toEqual({
      id,
      digest,
      licence,
      commercialUse,
      imageSize: generator.imageSize,
      stages: generator.stages,
      imageEncoder: files['image-encoder.onnx'].sha256,
      judge: { name: 'emoji-64-judge', digest: judge?.digest },
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
    expect(lines).toContain('galip_model_ready 1');
    expect(lines).toContain('galip_batch_rows_sum 4');
    expect(lines).toContain('galip_texts_total{result="encoded"} 1');
    for (const stage of ['queue', 'tokenise', 'text_encoder', 'generator', 'encode', 'store', 'total']) {
      expect(lines).toContain(`galip_stage_seconds_count{stage="${stage}"} 2`);
    }
  });

  it('measures how long its event loop is held up, since it was asked the last time', async () => {
    const p99 = async () => {
      const text = await (await backend.app.request('/metrics')).text();
      return Number(/^galip_event_loop_delay_p99_seconds (\S+)$/mu.exec(text)?.[1]);
    };
    await p99();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const until = performance.now() + 200;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await p99()).toBeGreaterThan(0.15);
  });

  it('says in the log which trace a request belongs to', async () => {
    const [traceId, parentId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
    const post = (traceparent: string) =>
      backend.app.request('/v1/generate', { method: 'POST', body: '{}', headers: { traceparent } });
    await post(`00-${traceId}-${parentId}-01`);
    expect(backend.log.at(-1)).toMatchObject({ event: 'generate', traceId, parentId });
    for (const wrong of [`00-${'0'.repeat(32)}-${parentId}-01`, `ff-${traceId}-${parentId}-01`, 'x', '']) {
      await post(wrong);
      expect(backend.log.at(-1)).not.toHaveProperty('traceId');
    }
  });

  it('speaks the Open Inference Protocol’s health and metadata', async () => {
    await backend.inference.ready;
    const { digest } = backend.model;
    const ask = async (path: string) => {
      const response = await backend.app.request(path);
      return [response.status, await response.json()] as const;
    };
    expect(await ask('/v2')).toEqual([200, { name: 'galip-edge', version: digest, extensions: [] }]);
    expect(await ask('/v2/health/live')).toEqual([200, { live: true }]);
    expect(await ask('/v2/health/ready')).toEqual([200, { ready: true }]);
    expect(await ask('/v2/models/galip/ready')).toEqual([200, { name: 'galip', ready: true }]);
    const metadata = {
      name: 'galip',
      versions: [digest],
      platform: 'onnxruntime_onnx',
      outputs: [{ name: 'image', datatype: 'UINT8', shape: [-1, 64, 64, 3] }],
    };
    expect(await ask('/v2/models/galip')).toMatchObject([200, metadata]);
    expect(await ask(`/v2/models/galip/versions/${digest}`)).toMatchObject([200, metadata]);
    for (const path of ['/v2/models/other', `/v2/models/galip/versions/${'0'.repeat(64)}/ready`]) {
      expect(await ask(path)).toMatchObject([404, { error: { code: 'model_not_found' } }]);
    }
  });

  it('answers 404 in the errors’ form elsewhere', async () => {
    const response = await backend.app.request('/elsewhere');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'not_found', param: null } });
  });
});
