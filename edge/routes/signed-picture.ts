import { type RouteConfig, z } from '@hono/zod-openapi';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { formatOfExtension } from '../../gpu-backend/contract/image-format.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import { type PictureHashes, readPictureHashes } from '../../gpu-backend/contract/picture-hashes.ts';
import { type ReadMix, readMix } from '../../gpu-backend/contract/prompt-mix.ts';
import type { SigningKey } from '../../gpu-backend/contract/signature.ts';
import { hashHeaders } from '../adapters/hash-headers.ts';
import type { Endpoint } from '../endpoint.ts';
import type { ImageRequest } from '../generation/image-request.ts';
import type { ImageMaker } from '../generation/make-images.ts';
import { createImageRequestParser } from '../generation/parse-image-request.ts';
import { type PlannedPicture, pictureNameOfPlan, planPictures } from '../generation/plan-pictures.ts';
import { SpendingRefused } from '../generation/spending-refused.ts';
import type { KeptKeys } from '../keys/kept-keys.ts';
import { errorResponses, HASH_HEADERS, REQUEST_ID_HEADER } from '../openapi/responses.ts';
import { pictureUrlOf } from '../pictures/picture-name.ts';
import { pictureHeadResponse, pictureResponse } from '../pictures/picture-response.ts';
import { parseSignedUrl, type SignedUrl } from '../signed-urls/signed-url.ts';
import { parseUrlOptions, type UrlOptions, type UrlPresets } from '../signed-urls/url-options.ts';
import { verifySignedUrl } from '../signed-urls/verify-signed-url.ts';
import type { RouteOptions } from './route-options.ts';

/** A redirect may be kept so long, uncounted: with the 30 s that a key is kept, a revoked one ends within 60. */
const REDIRECT_MAX_AGE_S = 30;

export interface SignedPictureOptions
  extends Pick<RouteOptions, 'deferOf' | 'originOf' | 'sourceOf' | 'now'> {
  readonly model: ModelCard;
  readonly maker: ImageMaker;
  readonly keys: KeptKeys;
  /** Undefined: there are no signed URLs. */
  readonly urlSigningKeys: readonly SigningKey[] | undefined;
  readonly urlPresets: UrlPresets;
}

interface Redirect {
  readonly plan: PlannedPicture;
  /** Of the URL, seconds since 1970. */
  readonly expires: number | undefined;
  readonly hashes: PictureHashes | undefined;
}

const common = {
  path: '/s/{key}/{signature}/{options}/{file}',
  description:
    'What `<img src>` uses: the URL alone makes the picture, or finds it, and is charged to the API key that signed it. A public picture is answered by a redirect to its immutable URL, so that it is cached once whatever leads to it; a private one with its bytes. HEAD finds, and makes nothing. `npm run sign-url` signs.',
  request: {
    params: z.object({
      key: z.string().openapi({ description: 'Id of the API key: the 12 characters behind `glp_live_`.' }),
      signature: z.string().openapi({ description: 'HMAC-SHA-256, base64url.' }),
      options: z.string().openapi({
        description:
          '`-`, or `name:value` pairs joined by commas: preset, size (pixels), seed, quality, visibility (private), truncation, variation (a seed) with strength, best_of (candidates: it leads to the best, which HEAD does not find), prompt (mix: blends and stages on one line), expires (seconds since 1970).',
        example: 'size:128,seed:7',
      }),
      file: z.string().openapi({
        description:
          'The prompt, percent-encoded, and .png, .webp, .jpg or .avif. With `prompt:mix` it is as `a red apple*0.7|a banana*0.3;3-4=a fox`: texts with weights (1 unless given), then stages with theirs; within texts `~` stands before each of `~|;*`.',
        example: 'a%20red%20apple.webp',
      }),
    }),
  },
} as const satisfies Partial<RouteConfig>;

const found: RouteConfig['responses'] = {
  200: { description: 'A private picture.', headers: { ...REQUEST_ID_HEADER, ...HASH_HEADERS } },
  302: {
    description: 'A public picture’s immutable URL.',
    headers: {
      ...REQUEST_ID_HEADER,
      ...HASH_HEADERS,
      location: { description: 'Under /i/.', schema: { type: 'string', format: 'uri-reference' } },
    },
  },
  304: { description: 'The entity tag in If-None-Match is that of the private picture.' },
};
const errors = [
  'invalid_request',
  'invalid_signature',
  'insufficient_scope',
  'tenant_suspended',
  'not_found',
  'method_not_allowed',
  'gone',
  'internal_error',
  'storage_unavailable',
] as const;

/** `GET` and `HEAD /s/{key}/{signature}/{options}/{prompt}.{extension}` */
export function signedPicture(options: SignedPictureOptions): Endpoint {
  const { model, maker, keys, urlSigningKeys, urlPresets, deferOf, originOf, sourceOf, now } = options;
  const parse = createImageRequestParser(model);

  /** Within its own origin by path alone: what a cache keeps of it must not depend on a `Host` that a client made up. */
  function redirect(
    { plan, expires, hashes }: Redirect,
    { url: requestUrl }: { readonly url: string },
    origin: string,
  ): Response {
    const location = pictureUrlOf(
      pictureNameOfPlan(plan),
      origin === new URL(requestUrl).origin ? '' : origin,
    );
    const leftS = (expires ?? Number.POSITIVE_INFINITY) - now() / 1000;
    const maxAgeS = Math.floor(Math.min(REDIRECT_MAX_AGE_S, leftS));
    const headers = {
      location,
      'cache-control': `public, max-age=${maxAgeS}`,
      ...hashHeaders(hashes),
      'cross-origin-resource-policy': 'cross-origin',
    };
    return new Response(null, { status: 302, headers });
  }

  return {
    spec: {
      method: 'get',
      operationId: 'getSignedPicture',
      summary: 'A picture from its URL alone',
      ...common,
      responses: {
        ...found,
        ...errorResponses(
          ...errors,
          'request_moderated',
          'content_moderated',
          'insufficient_credits',
          'budget_exceeded',
          'rate_limited',
          'backend_unavailable',
          'ledger_unavailable',
          'policy_unavailable',
          'deadline_exceeded',
        ),
      },
    },
    headSpec: {
      method: 'head',
      operationId: 'headSignedPicture',
      summary: 'Whether the picture of a signed URL was made',
      ...common,
      responses: { ...found, ...errorResponses(...errors) },
    },
    pattern: '/s/*',
    async handle(context) {
      const { req } = context;
      const url = urlSigningKeys && parseSignedUrl(req.url);
      if (!url) throw new ApiError('not_found');
      const { key, tenant } = await verifySignedUrl(url, { keys, urlSigningKeys, now });
      const { expires, ...wanted } = parseUrlOptions(url.options, urlPresets);
      if (expires !== undefined && now() / 1000 >= expires) {
        throw new ApiError('gone', { message: 'This URL has expired.' });
      }
      const request = parse(bodyOf(url, wanted));
      const plans = await planPictures(request, model, tenant.id);
      const origin = originOf(context);
      const source = sourceOf(context);
      const ifNoneMatch = req.header('if-none-match');
      if (req.method === 'HEAD') {
        const [plan, ...others] = plans;
        // Which of several candidates is the best is known once they are made.
        if (!plan || others.length > 0) throw new ApiError('not_found');
        const name = pictureNameOfPlan(plan);
        const object = await source.head(name);
        if (!object) throw new ApiError('not_found');
        if (name.tenant === undefined) return redirect({ plan, expires, hashes: object.hashes }, req, origin);
        return pictureHeadResponse(name, object, { ifNoneMatch });
      }
      const call = {
        principal: key,
        tenant,
        requestKey: context.get('requestKey'),
        origin,
        defer: deferOf(context),
        deadline: context.get('deadline'),
        traceparent: context.get('traceparent'),
        isRetry: false,
      };
      const { images } = await maker.make(request, call).catch(withoutNumbers);
      const [image] = images.data;
      const plan = plans.find(({ fingerprint }) => fingerprint === image?.fingerprint);
      if (!plan) throw new Error('a signed URL asks for one picture');
      const name = pictureNameOfPlan(plan);
      const hashes = readPictureHashes((hash) => image?.[hash]);
      if (name.tenant === undefined) return redirect({ plan, expires, hashes }, req, origin);
      const picture = await source.open(name);
      if (!picture) throw new ApiError('storage_unavailable', { cause: new Error('a made picture is gone') });
      const [range, ifRange] = [req.header('range'), req.header('if-range')];
      return pictureResponse(name, picture, { ifNoneMatch, range, ifRange });
    },
  };
}

function bodyOf(
  { prompt, extension }: SignedUrl,
  { size, quality, variation, strength, prompt: form, expires: _, ...fields }: UrlOptions,
): unknown {
  return {
    ...fields,
    ...(form === 'mix' ? mixOf(prompt) : { prompt }),
    output_format: formatOfExtension(extension),
    ...(size !== undefined && { size: `${size}x${size}` }),
    ...(quality !== undefined && { output_compression: quality }),
    ...variationOf(variation, strength),
  };
}

function mixOf(text: string): ReadMix {
  try {
    return readMix(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ApiError('invalid_request', { param: 'prompt', message: `prompt ${error.message}` });
  }
}

function variationOf(
  seed: number | undefined,
  strength: number | undefined,
): Pick<ImageRequest, 'variation'> {
  if (seed === undefined && strength === undefined) return {};
  if (seed !== undefined && strength !== undefined) return { variation: { seed, strength } };
  throw new ApiError('invalid_request', {
    param: seed === undefined ? 'variation' : 'strength',
    message: 'variation (a seed) and strength (0 … 1) go together; one of them is missing',
  });
}

/** Whoever looks at a page must not read its owner's balance from its pictures. */
function withoutNumbers(error: unknown): never {
  throw error instanceof SpendingRefused
    ? new ApiError(error.code, { ...(error.retryAfterS !== undefined && { retryAfterS: error.retryAfterS }) })
    : error;
}
