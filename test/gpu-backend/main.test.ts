import { once } from 'node:events';
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { signedRequest, TEST_SIGNING_KEY } from '../fixtures/signed-request.ts';
import {
  afterTest,
  cardOf,
  childOf,
  childrenOf,
  closeAll,
  generate,
  generateBody,
  holdChild,
  metricOf,
  S3_SECRET,
  SOON,
  signalIfAlive,
  startCollector,
  startHeldS3,
  startMain,
  startReady,
  startS3,
} from './running-backend.ts';
import { copyModel, removeJudge, replaceModelFile } from './runtime/model-copy.ts';

/** Another model by its digest, though it makes the same pictures. */
function changeTokenizer(directory: string): Promise<void> {
  const path = join(directory, 'tokenizer.json');
  return replaceModelFile(
    directory,
    'tokenizer.json',
    Buffer.concat([readFileSync(path), Buffer.from('\n')]),
  );
}

afterEach(closeAll);

describe('main', () => {
  it('names all that is missing from the environment and exits with 1', async () => {
    const backend = startMain({ SIGNING_KEYS: undefined, PORT: '99999' });
    expect(await backend.exit()).toEqual({ code: 1 });
    expect(backend.output.error).toContain('PORT must be an integer from 0 to 65535');
    expect(backend.output.error).toContain('SIGNING_KEYS is required');
    expect(backend.output.error).not.toContain(S3_SECRET);
  });

  it('names the model directory that is not there and exits with 1', async () => {
    const backend = startMain({ MODEL_DIR: '/nowhere/model' });
    expect(await backend.exit()).toEqual({ code: 1 });
    expect(backend.output.error).toBe('model /nowhere/model/model.json: not found\n');
  });

  it('names a damaged file of the model and exits with 1', async () => {
    const directory = copyModel();
    afterTest(() => rmSync(directory, { recursive: true }));
    const path = join(directory, 'generator.onnx');
    appendFileSync(path, 'x');
    const backend = startMain({ MODEL_DIR: directory });
    expect(await backend.exit()).toEqual({ code: 1 });
    expect(backend.output.error).toMatch(
      new RegExp(`^model ${path}: SHA-256 is [0-9a-f]{64}, model.json says`, 'u'),
    );
  });

  it('says that its port is taken and exits with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    afterTest(() => other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const backend = startMain({ PORT: String(port) });
    expect(await backend.exit()).toEqual({ code: 1 });
    expect(backend.output.error).toBe(
      `cannot listen on 127.0.0.1:${port}: the port is taken; choose another with PORT\n`,
    );
  });

  it('answers 503 while the store cannot be reached', async () => {
    const { backend, url } = await startReady();
    const response = await generate(url, generateBody(await cardOf(url)));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await response.json()).toMatchObject({ error: { code: 'storage_unavailable' } });
    expect(backend.output.out).not.toMatch(
      new RegExp(`${S3_SECRET}|${TEST_SIGNING_KEY.secret}|red apple`, 'u'),
    );
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'finishes what it accepted after %s, then exits with 0',
    async (signal) => {
      const s3 = await startHeldS3();
      const { backend, url } = await startReady({ S3_ENDPOINT: s3.endpoint });
      const answer = generate(url, generateBody(await cardOf(url)));
      const put = await s3.put;
      backend.child.kill(signal);
      await backend.event('stopping');
      await expect(fetch(`${url}/health/live`)).rejects.toThrow();
      put.writeHead(200, { etag: '"1"' }).end();
      const response = await answer;
      expect(response.status).toBe(200);
      expect([...(await response.formData()).keys()]).toHaveLength(2);
      expect(await backend.exit()).toEqual({ code: 0 });
      expect(backend.output.error).toBe('');
    },
  );

  it.each([
    ['as it is by default', {}, true],
    ['unless that is turned off', { PROVENANCE: 'off' }, false],
  ])('writes into pictures that a model made them, %s', async (_, environment, isWritten) => {
    const { url } = await startReady({ S3_ENDPOINT: await startS3(), ...environment });
    const response = await generate(url, generateBody(await cardOf(url)));
    const [, [, file]] = [...(await response.formData()).entries()] as [unknown, [string, File]];
    expect((await file.text()).includes('digitalsourcetype/trainedAlgorithmicMedia')).toBe(isWritten);
  });

  it('exports a request’s stages as spans of the edge’s trace', async () => {
    const collector = await startCollector();
    const { backend, url } = await startReady({
      S3_ENDPOINT: await startS3(),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_SERVICE_NAME: 'pictures',
    });
    const [traceId, parentId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
    const body = {
      ...generateBody(await cardOf(url)),
      images: [1, 2].map((seed) => ({ prompt: 'pizza', seed })),
    };
    const request = await signedRequest(`${url}/v1/generate`, body);
    request.headers.set('traceparent', `00-${traceId}-${parentId}-01`);
    expect((await fetch(request)).status).toBe(200);
    const unsampled = await signedRequest(`${url}/v1/generate`, body);
    unsampled.headers.set('traceparent', `00-${traceId}-${parentId}-00`);
    expect((await fetch(unsampled)).status).toBe(200);
    backend.child.kill('SIGTERM');
    expect(await backend.exit()).toEqual({ code: 0 });
    const spans = collector.spans();
    const [root, ...others] = spans.filter(({ kind }) => kind === 2);
    expect(others).toEqual([]);
    expect(root).toMatchObject({ name: 'POST /v1/generate', traceId, parentSpanId: parentId });
    const stages = spans.filter(({ parentSpanId }) => parentSpanId === root?.spanId);
    for (const stage of stages) expect(stage.traceId).toBe(traceId);
    const names = stages.map(({ name }) => name).toSorted();
    expect([...new Set(names)]).toEqual(['admission', 'encode', 'inference', 'queue', 'store']);
    expect(names.filter((name) => name === 'store')).toHaveLength(2);
    const began = (name: string) =>
      BigInt(stages.find((stage) => stage.name === name)?.startTimeUnixNano ?? 0);
    expect(began('admission') <= began('inference') && began('inference') <= began('store')).toBe(true);
    expect(collector.bodies.join()).not.toContain('pizza');
    expect(collector.bodies[0]).toContain('{"key":"service.name","value":{"stringValue":"pictures"}}');
  });

  it.runIf(process.platform === 'linux')('keeps its secrets from the inference process', async () => {
    const backend = startMain({ OTHER_SECRET: 'neither-for-children' });
    await backend.event('ready');
    const environment = readFileSync(`/proc/${childOf(backend)}/environ`, 'utf8');
    expect(environment).toContain(`PATH=${process.env.PATH}\0`);
    expect(environment).not.toMatch(
      new RegExp(`${S3_SECRET}|${TEST_SIGNING_KEY.secret}|neither-for-children|S3_|SIGNING_KEYS`, 'u'),
    );
  });

  it.runIf(process.platform === 'linux')(
    'queues as many pictures as QUEUE_LIMIT says and refuses the next at once, saying when to come again',
    async () => {
      const { backend, url } = await startReady({
        S3_ENDPOINT: await startS3(),
        QUEUE_LIMIT: '1',
        BATCH_BUCKETS: '1',
      });
      const body = generateBody(await cardOf(url));
      const post = () => generate(url, body);
      const child = holdChild(backend);
      // One that runs, one that lies ready behind it, one that waits.
      const answers = [];
      for (const accepted of [1, 2, 3]) {
        answers.push(post());
        await expect.poll(() => metricOf(url, 'galip_requests_in_flight'), SOON).toBe(accepted);
        if (accepted < 3) await expect.poll(() => metricOf(url, 'galip_queue_depth'), SOON).toBe(0);
      }
      expect(await metricOf(url, 'galip_queue_depth')).toBe(1);
      const refused = await post();
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(await refused.json()).toMatchObject({ error: { code: 'backend_unavailable' } });
      expect(await (await fetch(`${url}/metrics`)).text()).toContain('galip_shed_total{reason="queue"} 1');
      signalIfAlive(child, 'SIGCONT');
      expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
    },
  );

  it.runIf(process.platform === 'linux')(
    'answers 504 when the model takes longer than DEADLINE_MS',
    async () => {
      const { backend, url } = await startReady({ DEADLINE_MS: '300' });
      holdChild(backend);
      const body = generateBody(await cardOf(url));
      // Half of the deadline where none is set.
      const response = await generate(url, body, { signal: AbortSignal.timeout(15_000) });
      expect(response.status).toBe(504);
      expect(await response.json()).toMatchObject({ error: { code: 'deadline_exceeded' } });
    },
  );

  it.runIf(process.platform === 'linux')(
    'replaces a model that hangs within 10 s, and answers what it was asked',
    async () => {
      const { backend, url } = await startReady({ S3_ENDPOINT: await startS3() });
      const body = generateBody(await cardOf(url));
      holdChild(backend);
      const startedAt = performance.now();
      const response = await generate(url, body);
      expect(response.status).toBe(200);
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      expect(await backend.event('inference_restart')).toMatchObject({ reason: 'SIGKILL' });
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    },
  );

  it.runIf(process.platform === 'linux')(
    'answers all or says 503 when its model is killed under load',
    async () => {
      const { backend, url } = await startReady({ S3_ENDPOINT: await startS3() });
      const body = generateBody(await cardOf(url));
      const post = (seed: number) => generate(url, { ...body, images: [{ prompt: 'pizza', seed }] });
      const killed = holdChild(backend);
      const answers = Promise.all(Array.from({ length: 60 }, (_, seed) => post(seed)));
      await expect.poll(() => metricOf(url, 'galip_requests_in_flight'), SOON).toBeGreaterThan(20);
      signalIfAlive(killed, 'SIGKILL');
      const statuses = (await answers).map(({ status }) => status);
      for (const status of statuses) expect([200, 503]).toContain(status);
      expect(statuses).toContain(200);
      expect(await backend.event('inference_restart')).toMatchObject({ pid: killed, reason: 'SIGKILL' });
      expect((await post(1_000)).status).toBe(200);
    },
  );

  it.runIf(process.platform === 'linux')(
    'loses no accepted request when it is stopped under load',
    async () => {
      const { backend, url } = await startReady({ S3_ENDPOINT: await startS3() });
      const body = generateBody(await cardOf(url));
      const post = (seed: number) => generate(url, { ...body, images: [{ prompt: 'pizza', seed }] });
      const answers = Array.from({ length: 40 }, (_, seed) => post(seed));
      const ended = Promise.allSettled(answers);
      const inFlight = () => metricOf(url, 'galip_requests_in_flight');
      await Promise.race([answers[9], expect.poll(inFlight, SOON).toBeGreaterThan(5)]);
      backend.child.kill('SIGTERM');
      const outcomes = await ended;
      expect(await backend.exit()).toEqual({ code: 0 });
      // What was accepted was logged; what was not never got in.
      const logged = backend.output.out.match(/"event":"generate","outcome":"ok"/gu)?.length ?? 0;
      const answered = outcomes.filter(({ status }) => status === 'fulfilled').length;
      expect(answered).toBeGreaterThan(5);
      expect(answered).toBe(logged);
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') expect(outcome.value.status).toBe(200);
      }
    },
  );

  it.runIf(process.platform !== 'win32')(
    'serves the model that the directory holds now, once told so, and the old one until then',
    async () => {
      const directory = copyModel();
      afterTest(() => rmSync(directory, { recursive: true }));
      const s3 = await startHeldS3();
      const { backend, url } = await startReady({ S3_ENDPOINT: s3.endpoint, MODEL_DIR: directory });
      const old = await cardOf(url);
      const accepted = generate(url, generateBody(old));
      const put = await s3.put;
      await changeTokenizer(directory);
      backend.child.kill('SIGUSR2');
      const { to, outcome } = await backend.event('model_swap');
      expect(outcome).toBe('ok');
      const card = await cardOf(url);
      expect(card.digest).toBe(to);
      expect(card.digest).not.toBe(old.digest);
      const mismatch = await generate(url, generateBody(old));
      expect(mismatch.status).toBe(409);
      put.writeHead(200, { etag: '"1"' }).end();
      expect((await accepted).status).toBe(200);
      await expect.poll(() => childrenOf(backend).length, SOON).toBe(1);
    },
  );

  it.runIf(process.platform !== 'win32')('serves the judges that its model has now', async () => {
    const directory = copyModel();
    afterTest(() => rmSync(directory, { recursive: true }));
    const { backend, url } = await startReady({ S3_ENDPOINT: await startS3(), MODEL_DIR: directory });
    const { judge, ...card } = await cardOf(url);
    expect(judge?.name).toBe('emoji-64-judge');
    removeJudge(directory);
    backend.child.kill('SIGUSR2');
    expect(await backend.event('model_swap')).toMatchObject({ outcome: 'ok', to: card.digest });
    expect(await cardOf(url)).toEqual(card);
  });

  it.runIf(process.platform !== 'win32')(
    'keeps its model when the directory holds a damaged one',
    async () => {
      const directory = copyModel();
      afterTest(() => rmSync(directory, { recursive: true }));
      const { backend, url } = await startReady({ S3_ENDPOINT: await startS3(), MODEL_DIR: directory });
      const card = await cardOf(url);
      await changeTokenizer(directory);
      appendFileSync(join(directory, 'generator.onnx'), 'x');
      backend.child.kill('SIGUSR2');
      expect(await backend.event('model_swap')).toMatchObject({
        outcome: 'failed',
        from: card.digest,
        reason: expect.stringContaining('SHA-256 is'),
      });
      const response = await generate(url, generateBody(card));
      expect(response.status).toBe(200);
    },
  );

  it('stops while its model is still loading', async () => {
    const backend = startMain();
    await backend.event('listening');
    backend.child.kill('SIGTERM');
    expect(await backend.exit()).toEqual({ code: 0 });
  });

  it('keeps serving the others when a client hangs up', async () => {
    const s3 = await startHeldS3();
    const { backend, url } = await startReady({ S3_ENDPOINT: s3.endpoint });
    const body = generateBody(await cardOf(url));
    const hangUp = new AbortController();
    const first = generate(url, body, { signal: hangUp.signal });
    const put = await s3.put;
    hangUp.abort();
    await expect(first).rejects.toThrow();
    put.writeHead(200, { etag: '"1"' }).end();
    await backend.event('generate');
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    const second = await generate(url, { ...body, model: '0'.repeat(64) });
    expect(second.status).toBe(409);
  });
});
