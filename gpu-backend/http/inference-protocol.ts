import { Hono } from 'hono';
import { ApiError } from '../contract/errors.ts';
import type { ModelCard } from '../contract/model-card.ts';

/** The model's name in the protocol: its kind, whatever model of it runs. */
const MODEL_NAME = 'galip';

export interface InferenceProtocolOptions {
  readonly model: () => ModelCard;
  readonly isReady: () => boolean;
}

/**
 * Health and metadata of the Open Inference Protocol v2, by which KServe and others watch servers. Its `infer` is not
 * here: pictures come from `POST /v1/generate` alone, signed.
 * @see https://github.com/kserve/open-inference-protocol
 */
export function createInferenceProtocol({ model, isReady }: InferenceProtocolOptions): Hono {
  const route = new Hono();
  const known = (name: string, version?: string): void => {
    if (name === MODEL_NAME && (version === undefined || version === model().digest)) return;
    throw new ApiError('model_not_found');
  };
  const status = (): 200 | 503 => (isReady() ? 200 : 503);
  route.get('/v2', (context) =>
    context.json({ name: 'galip-edge', version: model().digest, extensions: [] }),
  );
  route.get('/v2/health/live', (context) => context.json({ live: true }));
  route.get('/v2/health/ready', (context) => context.json({ ready: isReady() }, status()));
  for (const path of ['/v2/models/:name', '/v2/models/:name/versions/:version'] as const) {
    route.get(path, (context) => {
      const { name, version } = context.req.param() as { name: string; version?: string };
      known(name, version);
      return context.json(metadataOf(model()));
    });
    route.get(`${path}/ready`, (context) => {
      const { name, version } = context.req.param() as { name: string; version?: string };
      known(name, version);
      return context.json({ name, ready: isReady() }, status());
    });
  }
  return route;
}

function metadataOf({ digest, imageSize }: ModelCard) {
  return {
    name: MODEL_NAME,
    versions: [digest],
    platform: 'onnxruntime_onnx',
    inputs: [
      { name: 'prompt', datatype: 'BYTES', shape: [-1] },
      { name: 'seed', datatype: 'INT64', shape: [-1] },
    ],
    outputs: [{ name: 'image', datatype: 'UINT8', shape: [-1, imageSize, imageSize, 3] }],
  };
}
