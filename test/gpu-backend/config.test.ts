import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../../gpu-backend/config.ts';

const SECRET = 'signing-secret-of-at-least-32-characters';
const COMPLETE = {
  SIGNING_KEYS: `edge1:${SECRET}`,
  S3_ENDPOINT: 'http://127.0.0.1:9000/prefix',
  S3_BUCKET: 'pictures',
  S3_ACCESS_KEY_ID: 'key',
  S3_SECRET_ACCESS_KEY: 's3-secret',
};

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    parseConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('parseConfig', () => {
  it('fills in what may be left out', () => {
    expect(parseConfig(COMPLETE)).toEqual({
      host: '127.0.0.1',
      port: 8788,
      modelDirectory: expect.stringMatching(/gpu-backend\/models\/emoji-64$/u),
      signingKeys: [{ id: 'edge1', secret: SECRET }],
      s3: {
        endpoint: 'http://127.0.0.1:9000/prefix',
        bucket: 'pictures',
        region: 'auto',
        accessKeyId: 'key',
        secretAccessKey: 's3-secret',
      },
      withProvenance: true,
      queueLimit: 1_024,
      inFlightBytes: 2 ** 30,
      deadlineMs: 25_000,
      inferenceThreads: 0,
      batchBuckets: [1, 2, 4, 8, 16, 32],
      maxQueueDelayMs: 2,
      textCacheBytes: 2 ** 26,
      encodeThreads: 0,
      storeWrites: 48,
      executionProviders: ['cpu'],
      convolutionSearch: 'heuristic',
      tracesEndpoint: undefined,
      serviceName: 'galip-backend',
      inferenceEnvironment: {},
    });
  });

  it('gives the inference process what it needs and nothing else', () => {
    const needed = {
      PATH: '/bin',
      LD_LIBRARY_PATH: '/opt/cuda',
      CUDA_VISIBLE_DEVICES: '1',
      OMP_NUM_THREADS: '2',
    };
    const { inferenceEnvironment } = parseConfig({
      ...COMPLETE,
      ...needed,
      OTHER_SECRET: 'x',
      NODE_OPTIONS: 'y',
    });
    expect(inferenceEnvironment).toEqual(needed);
  });

  it('takes what is set', () => {
    const set = {
      PORT: '0',
      PROVENANCE: 'off',
      QUEUE_LIMIT: '1',
      DEADLINE_MS: '500',
      INFERENCE_THREADS: '2',
      BATCH_BUCKETS: '1,3,128',
      MAX_QUEUE_DELAY_MS: '0',
      IN_FLIGHT_MB: '2',
      TEXT_CACHE_MB: '0',
      ENCODE_THREADS: '3',
      STORE_WRITES: '7',
      EXECUTION_PROVIDERS: 'cuda,webgpu,cpu',
      CONVOLUTION_SEARCH: 'exhaustive',
      PEERS_URL: 'http://peers.test:8788',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
      OTEL_SERVICE_NAME: 'pictures',
    };
    expect(parseConfig({ ...COMPLETE, ...set })).toMatchObject({
      port: 0,
      withProvenance: false,
      queueLimit: 1,
      deadlineMs: 500,
      inferenceThreads: 2,
      batchBuckets: [1, 3, 128],
      maxQueueDelayMs: 0,
      inFlightBytes: 2 ** 21,
      textCacheBytes: 0,
      encodeThreads: 3,
      storeWrites: 7,
      executionProviders: ['cuda', 'webgpu', 'cpu'],
      convolutionSearch: 'exhaustive',
      peers: new URL('http://peers.test:8788'),
      tracesEndpoint: 'http://127.0.0.1:4318',
      serviceName: 'pictures',
    });
  });

  it('names everything that is missing at once', () => {
    expect(problemsOf({})).toEqual([
      'SIGNING_KEYS is required',
      'S3_ENDPOINT is required',
      'S3_BUCKET is required',
      'S3_ACCESS_KEY_ID is required',
      'S3_SECRET_ACCESS_KEY is required',
    ]);
  });

  it.each([
    ['PORT', '', 'integer from 0 to 65535'],
    ['PORT', '1e3', 'integer from 0 to 65535'],
    ['PORT', '65536', 'integer from 0 to 65535'],
    ['QUEUE_LIMIT', '0', 'integer from 1 to 100000'],
    ['DEADLINE_MS', '-1', 'integer from 1 to 600000'],
    ['INFERENCE_THREADS', 'all', 'integer from 0 to 1024'],
    ['BATCH_BUCKETS', '', 'numbers from 1 to 256, ascending'],
    ['BATCH_BUCKETS', '1,2,2', 'numbers from 1 to 256, ascending'],
    ['BATCH_BUCKETS', '4,2', 'numbers from 1 to 256, ascending'],
    ['BATCH_BUCKETS', '0,1', 'numbers from 1 to 256, ascending'],
    ['BATCH_BUCKETS', '1,257', 'numbers from 1 to 256, ascending'],
    ['MAX_QUEUE_DELAY_MS', '1001', 'integer from 0 to 1000'],
    ['STORE_WRITES', '0', 'integer from 1 to 10000'],
    ['PROVENANCE', 'no', 'on or off'],
    ['EXECUTION_PROVIDERS', '', 'some of cuda, webgpu, cpu, each once'],
    ['EXECUTION_PROVIDERS', 'gpu,tpu', 'some of cuda, webgpu, cpu, each once'],
    ['EXECUTION_PROVIDERS', 'cpu,cuda,cpu', 'some of cuda, webgpu, cpu, each once'],
    ['CONVOLUTION_SEARCH', 'fast', 'heuristic or exhaustive'],
    ['PEERS_URL', 'peers:8788', 'http or https URL'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'http or https URL'],
    ['OTEL_SERVICE_NAME', '', 'a name'],
    ['S3_ENDPOINT', 's3.example.com', 'http or https URL'],
    ['S3_ENDPOINT', 'https://key:password@s3.example.com', 'http or https URL without credentials'],
    ['S3_BUCKET', '', 'is required'],
    ['SIGNING_KEYS', 'edge1:short', 'at least 32 characters'],
  ])('refuses %s=%s', (name, value, allowed) => {
    const problems = problemsOf({ ...COMPLETE, [name]: value });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} .*${allowed}`, 'u'))]);
  });

  it('says no secret, not even a wrong one', () => {
    const wrong = {
      ...COMPLETE,
      SIGNING_KEYS: `edge1:${SECRET},edge1:${SECRET}`,
      PORT: 'x',
      S3_ENDPOINT: 'https://a:pw@b',
    };
    expect(problemsOf(wrong).join()).not.toMatch(/signing-secret|s3-secret|pw/u);
    expect(problemsOf(wrong)).toHaveLength(3);
  });
});
