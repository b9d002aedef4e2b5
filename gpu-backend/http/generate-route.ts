import { type Context, Hono } from 'hono';
import { ApiError } from '../contract/errors.ts';
import { generateRequestSchema, withdrawRequestSchema } from '../contract/generate.ts';
import { IMAGE_FORMATS, type ImageFormat } from '../contract/image-format.ts';
import type { Generated, Generator } from '../serving/generator.ts';
import { limitedBody } from './limited-body.ts';
import type { Metrics } from './metrics.ts';
import { parseBody } from './parse-body.ts';
import { requireSignature, type SignatureOptions, type SignedEnv } from './signed-body.ts';
import { FROM_PEER_HEADER, type TellPeers } from './tell-peers.ts';
import type { TracedEnv } from './tracing/traced-env.ts';
import { createWithdrawals } from './withdrawals.ts';

export interface GenerateRouteOptions {
  /** Of the model that runs now. */
  readonly generator: () => Pick<Generator, 'generate'>;
  readonly metrics: Metrics;
  readonly signature: SignatureOptions;
  /** Tells all replicas of a withdrawal; left out where there is one alone. */
  readonly tellPeers?: TellPeers | undefined;
}

/** `POST /v1/generate` and `POST /v1/withdraw`. @see contract/generate.ts */
export function createGenerateRoute({
  generator,
  metrics,
  signature,
  tellPeers,
}: GenerateRouteOptions): Hono<SignedEnv & TracedEnv> {
  const route = new Hono<SignedEnv & TracedEnv>();
  const withdrawals = createWithdrawals();
  const signed = [limitedBody, requireSignature(signature)] as const;
  route.post('/v1/generate', ...signed, async (context: Context<SignedEnv & TracedEnv>) => {
    const request = parseBody(context.get('signedBody'), generateRequestSchema);
    const { ticket } = request;
    const withdrawn = ticket === undefined ? undefined : withdrawals.signalOf(ticket);
    const generated = await generator()
      .generate(request, context.get('trace'), withdrawn)
      .finally(() => ticket !== undefined && withdrawals.forget(ticket));
    metrics.recordResult(generated.result);
    return formResponse(formOf(generated, request.format));
  });
  route.post('/v1/withdraw', ...signed, (context: Context<SignedEnv>) => {
    const body = context.get('signedBody');
    const { ticket } = parseBody(body, withdrawRequestSchema);
    const reason = new ApiError('superseded');
    const isHere = withdrawals.withdraw(ticket, reason);
    if (!isHere && context.req.header(FROM_PEER_HEADER) === undefined) {
      // A load balancer knows nothing of tickets: the request may wait at another replica, or come only now.
      withdrawals.withdrawEarly(ticket, reason);
      void tellPeers?.(context.req.raw, body);
    }
    return context.body(null, 204);
  });
  route.on(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], ['/v1/generate', '/v1/withdraw'], () => {
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
  return new Response(new Uint8Array(await encoded.arrayBuffer()), { headers });
}
