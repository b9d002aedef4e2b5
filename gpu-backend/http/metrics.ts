import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ErrorCode } from '../contract/errors.ts';
import type { GenerateResult, StageTimings } from '../contract/generate.ts';
import { createEventLoopDelay } from './event-loop-delay.ts';

/** From a cached kernel's millisecond to the deadline, seconds. */
const STAGE_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const BATCH_ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

const STAGES = {
  queue: 'queueMs',
  tokenise: 'tokeniseMs',
  text_encoder: 'textEncoderMs',
  generator: 'generatorMs',
  encode: 'encodeMs',
  store: 'storeMs',
  total: 'totalMs',
} as const satisfies Record<string, keyof StageTimings>;

/** A batch that ran. */
interface BatchMeasure {
  readonly rows: number;
  readonly bucket: number;
  readonly texts: number;
  readonly encodedTexts: number;
}

interface StoreMeasure {
  readonly operation: string;
  readonly outcome: string;
  readonly ms: number;
}

export interface Metrics {
  /** In Prometheus' text format. */
  render(): Promise<Response>;
  countRequest(outcome: 'ok' | ErrorCode): void;
  /** A request that was refused at the door. */
  countShed(reason: string): void;
  recordResult(result: GenerateResult): void;
  recordBatch(batch: BatchMeasure): void;
  recordStore(operation: StoreMeasure): void;
  countChildRestart(): void;
  /** What the model runs on now. */
  setProvider(provider: string): void;
  /** A picture that was answered and could not be stored after that. */
  countLost(): void;
  /** Spans that no collector got. */
  countDroppedSpans(spans: number): void;
  countModelSwap(outcome: 'ok' | 'failed'): void;
}

/** What is read when metrics are asked for. */
export interface Gauges {
  /** Pictures that wait for the model. */
  readonly queueDepth: () => number;
  readonly requestsInFlight: () => number;
  /** What accepted requests hold, bytes. */
  readonly bytesInFlight: () => number;
  /** Pictures that wait for a thread to encode them. */
  readonly encodeDepth: () => number;
  readonly storeWrites: () => number;
  readonly isReady: () => boolean;
}

export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string, ...labelNames: string[]): Counter =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  const seconds = (name: string, help: string, ...labelNames: string[]): Histogram =>
    new Histogram({ name, help, labelNames, buckets: STAGE_BUCKETS_S, registers });

  const requests = counter(
    'galip_generate_requests_total',
    'Generate requests by outcome: ok or an error code.',
    'outcome',
  );
  const shed = counter(
    'galip_shed_total',
    'Requests refused at the door, by what there was too much of.',
    'reason',
  );
  const images = counter(
    'galip_images_total',
    'Pictures answered: created here, existing because another writer came first, or stored after the answer.',
    'result',
  );
  const stages = seconds('galip_stage_seconds', 'Time of each stage of a generate request.', 'stage');
  const store = seconds(
    'galip_store_seconds',
    'Time of each operation of the store.',
    'operation',
    'outcome',
  );
  const restarts = counter(
    'galip_child_restarts_total',
    'Times that the inference process died and was replaced.',
  );
  const providers = new Gauge({
    name: 'galip_execution_provider',
    help: '1 for what the model runs on: another than the first one wished is a fall-back.',
    labelNames: ['provider'],
    registers,
  });
  const lost = counter('galip_lost_pictures_total', 'Pictures answered that could not be stored after that.');
  const droppedSpans = counter('galip_spans_dropped_total', 'Spans of traces that no collector got.');
  const swaps = counter('galip_model_swaps_total', 'Exchanges of the model, by outcome.', 'outcome');
  const batchRows = new Histogram({
    name: 'galip_batch_rows',
    help: 'Pictures of a batch, padding left out.',
    buckets: BATCH_ROWS,
    registers,
  });
  const padding = counter('galip_batch_padding_rows_total', 'Rows that were computed and thrown away.');
  const texts = counter('galip_texts_total', 'Prompts of batches: encoded or known.', 'result');
  gauge('galip_queue_depth', 'Pictures that wait for the model.', gauges.queueDepth);
  gauge('galip_requests_in_flight', 'Requests accepted and not ended.', gauges.requestsInFlight);
  gauge('galip_in_flight_bytes', 'Memory that accepted requests hold, estimated.', gauges.bytesInFlight);
  gauge('galip_encode_queue_depth', 'Pictures that wait for an encoder thread.', gauges.encodeDepth);
  gauge('galip_store_writes', 'Writes to the store that run.', gauges.storeWrites);
  gauge('galip_model_ready', '1 while the model can run.', () => Number(gauges.isReady()));
  gauge(
    'galip_event_loop_delay_p99_seconds',
    'How long the event loop kept others waiting, since the last scrape.',
    createEventLoopDelay(),
  );
  return {
    async render() {
      return new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } });
    },
    countRequest: (outcome) => requests.inc({ outcome }),
    countShed: (reason) => shed.inc({ reason }),
    countChildRestart: () => restarts.inc(),
    setProvider(provider) {
      providers.reset();
      providers.set({ provider }, 1);
    },
    countLost: () => lost.inc(),
    countDroppedSpans: (spans) => droppedSpans.inc(spans),
    countModelSwap: (outcome) => swaps.inc({ outcome }),
    recordBatch({ rows, bucket, texts: all, encodedTexts }) {
      batchRows.observe(rows);
      padding.inc(bucket - rows);
      texts.inc({ result: 'encoded' }, encodedTexts);
      texts.inc({ result: 'known' }, all - encodedTexts);
    },
    recordStore: ({ operation, outcome, ms }) => store.observe({ operation, outcome }, ms / 1_000),
    recordResult(result) {
      for (const { created } of result.images) {
        images.inc({ result: created === null ? 'deferred' : created ? 'created' : 'existing' });
      }
      for (const [stage, field] of Object.entries(STAGES)) {
        stages.observe({ stage }, result.timings[field] / 1_000);
      }
    },
  };
}
