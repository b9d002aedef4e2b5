import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ApiError } from '../contract/errors.ts';
import { generateRequestSchema, MAX_BODY_BYTES } from '../contract/generate.ts';
import { IMAGE_FORMATS, type ImageFormat } from '../contract/image-format.ts';
import type { Generated, Generator } from '../serving/generator.ts';
import type { Metrics } from './metrics.ts';
import { parseBody } from './parse-body.ts';
import { requireSignature, type SignatureOptions, type SignedEnv } from './signed-body.ts';
import type { TracedEnv } from './tracing/traced-env.ts';

export interface GenerateRouteOptions {
  /** Of the model that runs now. */
  readonly generator: () => Pick<Generator, 'generate'>;
  readonly metrics: Metrics;
  readonly signature: SignatureOptions;
}

/** `POST /v1/generate`. @see contract/generate.ts */
export function createGenerateRoute({
  generator,
  metrics,
  signature,
}: GenerateRouteOptions): Hono<SignedEnv & TracedEnv> {
  const route = new Hono<SignedEnv & TracedEnv>();
  route.post(
    '/v1/generate',
    bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuseLength }),
    requireSignature(signature),
    async (context: Context<SignedEnv & TracedEnv>) => {
      const request = parseBody(context.get('signedBody'), generateRequestSchema);
      const generated = await generator().generate(request, context.get('trace'));
      metrics.recordResult(generated.result);
      return formResponse(formOf(generated, request.format));
    },
  );
  route.all('/v1/generate', () => {
    throw new ApiError('method_not_allowed', { message: 'Only POST is allowed here.' });
  });
  return route;
}

function formOf({ result, pictures }: Generated, format: ImageFormat): FormData {
  const { extension, mediaType } = IMAGE_FORMATS[format];
  const form = new FormData();
  form.set('result', JSON.stringify(result));
  for (const { fingerprint, bytes } of pictures) {
    form.append(fingerprint, new Blob([bytes], { type: mediaType }), `${fingerprint}.${extension}`);
  }
  return form;
}

/**
 * The form written out whole, which gives it a length. As a stream, Node's own form encoder throws outside of everyone's
 * reach when the client hangs up, and takes the process with it.
 */
async function formResponse(form: FormData): Promise<Response> {
  const encoded = new Response(form);
  const headers = { 'content-type': encoded.headers.get('content-type') ?? '', 'cache-control': 'no-store' };
  return new Response(await encoded.arrayBuffer(), { headers });
}

function refuseLength(): never {
  throw new ApiError('invalid_request', { message: `The body is longer than ${MAX_BODY_BYTES} bytes.` });
}
