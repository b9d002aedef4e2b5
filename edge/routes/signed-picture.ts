import { type RouteConfig, z } from '@hono/zod-openapi';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { PictureHashes } from '../../gpu-backend/contract/picture-hashes.ts';
import type { SigningKey } from '../../gpu-backend/contract/signature.ts';
import { hashHeaders } from '../adapters/hash-headers.ts';
import type { Endpoint } from '../endpoint.ts';
import type { FlightPlan } from '../flight/flight.ts';
import { nameOfPlan } from '../flight/plan-name.ts';
import { PartlyMade } from '../generation/partly-made.ts';
import { SpendingRefused } from '../generation/spending-refused.ts';
import type { KeptKeys } from '../keys/kept-keys.ts';
import { errorResponses, HASH_HEADERS, REQUEST_ID_HEADER } from '../openapi/responses.ts';
import { pictureUrlOf } from '../pictures/picture-name.ts';
import { pictureHeadResponse, pictureResponse } from '../pictures/picture-response.ts';
import { createUrlPlanner, type UrlPlannerOptions } from '../signed-urls/plan-url.ts';
import { parseSignedUrl } from '../signed-urls/signed-url.ts';
import { parseUrlOptions, type UrlPresets } from '../signed-urls/url-options.ts';
import { verifySignedUrl } from '../signed-urls/verify-signed-url.ts';
import { imageCallOf } from './image-call-of.ts';
import type { RouteOptions } from './route-options.ts';

/** A redirect may be kept so long, uncounted: with the 30 s that a key is kept, a revoked one ends within 60. */
const REDIRECT_MAX_AGE_S = 30;

export interface SignedPictureOptions
  extends Pick<RouteOptions, 'deferOf' | 'originOf' | 'sourceOf' | 'now'>,
    UrlPlannerOptions {
  readonly keys: KeptKeys;
  /** Undefined: there are no signed URLs. */
  readonly urlSigningKeys: readonly SigningKey[] | undefined;
  readonly urlPresets: UrlPresets;
}

interface Redirect {
  readonly plan: FlightPlan;
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
          '`-`, or `name:value` pairs joined by commas: preset, size (pixels), seed, quality, visibility (private), truncation, variation (a seed) with strength, best_of (candidates: it leads to the best, which HEAD does not find), judge (independent, clip: who says which that is), prompt (mix: blends and stages on one line), expires (seconds since 1970). `frames` makes it a morph, with seeds (`7_9`), loop (true), easing, fps, output (sheet), columns; `across` and `down` make it a grid: `seed_0_1_2`, `truncation_0.5_1`, `variation_5_6`, `strength_0_1`, `prompt`. Both may be lossless (true).',
        example: 'size:128,seed:7',
      }),
      file: z.string().openapi({
        description:
          'The prompt, percent-encoded, and .png, .webp, .jpg, .avif, or .gif of a morph. A morph has its key frames’ prompts, and a grid those of its prompt axis, between `>`: within texts `~` stands before each of `~>`. With `prompt:mix` it is as `a red apple*0.7|a banana*0.3;3-4=a fox`: texts with weights (1 unless given), then stages with theirs; within texts `~` stands before each of `~|;*`.',
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
  const { keys, urlSigningKeys, urlPresets, originOf, sourceOf, now } = options;
  const planUrl = createUrlPlanner(options);

  /** Within its own origin by path alone: what a cache keeps of it must not depend on a `Host` that a client made up. */
  function redirect(
    { plan, expires, hashes }: Redirect,
    { url: requestUrl }: { readonly url: string },
    origin: string,
  ): Response {
    const location = pictureUrlOf(nameOfPlan(plan), origin === new URL(requestUrl).origin ? '' : origin);
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
      const planned = await planUrl(url, wanted, tenant.id);
      const origin = originOf(context);
      const source = sourceOf(context);
      const ifNoneMatch = req.header('if-none-match');
      if (req.method === 'HEAD') {
        const { plan } = planned;
        if (!plan) throw new ApiError('not_found');
        const name = nameOfPlan(plan);
        const object = await source.head(name);
        if (!object) throw new ApiError('not_found');
        if (name.tenant === undefined) return redirect({ plan, expires, hashes: object.hashes }, req, origin);
        return pictureHeadResponse(name, object, { ifNoneMatch });
      }
      const call = { ...imageCallOf(context, options), principal: key, tenant };
      const { plan, hashes } = await planned.make(call).catch(withoutNumbers);
      const name = nameOfPlan(plan);
      if (name.tenant === undefined) return redirect({ plan, expires, hashes }, req, origin);
      const picture = await source.open(name);
      if (!picture) throw new ApiError('storage_unavailable', { cause: new Error('a made picture is gone') });
      const [range, ifRange] = [req.header('range'), req.header('if-range')];
      return pictureResponse(name, picture, { ifNoneMatch, range, ifRange });
    },
  };
}

const BROKE_OFF = 'Generation broke off. What was made by then is kept, and found by this URL.';

/** Whoever looks at a page must not read its owner's balance from its pictures. */
function withoutNumbers(error: unknown): never {
  if (!(error instanceof SpendingRefused || error instanceof PartlyMade)) throw error;
  const { code, retryAfterS } = error;
  throw new ApiError(code, {
    ...(retryAfterS !== undefined && { retryAfterS }),
    ...(error instanceof PartlyMade && { message: BROKE_OFF }),
  });
}
