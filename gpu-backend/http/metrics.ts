import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ErrorCode } from '../contract/errors.ts';
import type { GenerateResult, StageTimings } from '../contract/generate.ts';

/** From a cached kernel's millisecond to the deadline, seconds. */
const STAGE_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const STAGES = {
  queue: 'queueMs',
  tokenise: 'tokeniseMs',
  text_encoder: 'textEncoderMs',
  generator: 'generatorMs',
  encode: 'encodeMs',
  store: 'storeMs',
  total: 'totalMs',
} as const satisfies Record<string, keyof StageTimings>;

export interface Metrics {
  /** In Prometheus' text format. */
  render(): Promise<Response>;
  countRequest(outcome: 'ok' | ErrorCode): void;
  recordResult(result: GenerateResult): void;
  countChildRestart(): void;
}

export interface MetricsOptions {
  readonly queueDepth: () => number;
}

export function createMetrics({ queueDepth }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'galip_generate_requests_total',
    help: 'Generate requests by outcome: ok or an error code.',
    labelNames: ['outcome'],
    registers,
  });
  const images = new Counter({
    name: 'galip_images_total',
    help: 'Pictures answered: created here, or existing because another writer came first.',
    labelNames: ['result'],
    registers,
  });
  const stages = new Histogram({
    name: 'galip_stage_seconds',
    help: 'Time of each stage of a generate request.',
    labelNames: ['stage'],
    buckets: STAGE_BUCKETS_S,
    registers,
  });
  const restarts = new Counter({
    name: 'galip_child_restarts_total',
    help: 'Times that the inference process died and was replaced.',
    registers,
  });
  new Gauge({
    name: 'galip_queue_depth',
    help: 'Batches that wait for the model.',
    registers,
    collect() {
      this.set(queueDepth());
    },
  });
  return {
    async render() {
      return new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } });
    },
    countRequest: (outcome) => requests.inc({ outcome }),
    countChildRestart: () => restarts.inc(),
    recordResult(result) {
      for (const { created } of result.images) images.inc({ result: created ? 'created' : 'existing' });
      for (const [stage, field] of Object.entries(STAGES)) {
        stages.observe({ stage }, result.timings[field] / 1_000);
      }
    },
  };
}
