// Generated from the OpenAPI document by `npm run client:types`; a test fails where it is behind.

export type LiveAnswer =
  | {
      type: 'ready';
      model: string;
      native: number;
    }
  | {
      /**
       * Immutable; with response_format "url". A private picture’s needs a key of its owner.
       */
      url?: string;
      seed: number;
      fingerprint: string;
      /**
       * Whether the picture existed, was made for this request, or was being made for another.
       */
      cache: 'hit' | 'miss' | 'joined';
      /**
       * Charged for this picture.
       */
      units: number;
      /**
       * ThumbHash in base64: a blurred picture to show until the real one is there. Null: stored before there were any.
       */
      thumbhash: string | null;
      /**
       * DCT hash, 64 bits in hexadecimal: pictures that look alike differ in few bits. Null as thumbhash.
       */
      phash: string | null;
      /**
       * With best_of: cosine of the angle between the judge’s embeddings of picture and prompt, −1 … 1.
       */
      score?: number;
      /**
       * Seconds since 1970.
       */
      created: number;
      model: string;
      size: string;
      output_format: 'png' | 'webp' | 'jpeg' | 'avif';
      /**
       * Edge of the model's own pictures; other sizes are resampled.
       */
      native: number;
      type: 'picture';
      /**
       * Of the message that is answered.
       */
      id: string;
      /**
       * Units that the key has left; null: no limit.
       */
      remaining: number | null;
      /**
       * Length of the binary frame that follows: the picture.
       */
      bytes: number;
      timings: {
        /**
         * Behind the request before it.
         */
        waited_ms: number;
        /**
         * From then on to the picture’s bytes.
         */
        made_ms: number;
      };
    }
  | {
      type: 'superseded';
      /**
       * Of the message that is answered.
       */
      id: string;
    }
  | {
      type: 'error';
      /**
       * Of the message that is answered.
       */
      id: string | null;
      error: {
        message: string;
        type: string;
        code: string;
        param: string | null;
      };
      /**
       * Seconds after which the same may be asked again.
       */
      retry_after: number | null;
      /**
       * Units that the key has left; null: no limit.
       */
      remaining?: number | null;
    };

/**
 * All of the types below, by the name that the document has for them.
 */
export interface Schemas {
  LiveAnswer: LiveAnswer;
  Receipt: Receipt;
  Images: Images;
  Quote: Quote;
  Job: Job;
  Composition: Composition;
  Error: Error;
  ImageRequest: ImageRequest;
  CompositionQuote: CompositionQuote;
  InterpolationRequest: InterpolationRequest;
  GridRequest: GridRequest;
  UrlSigningSecret: UrlSigningSecret;
  Models: Models;
  Model: Model;
  WebhookEndpointWithSecret: WebhookEndpointWithSecret;
  NewWebhookEndpoint: NewWebhookEndpoint;
  WebhookEndpoints: WebhookEndpoints;
  WebhookEndpoint: WebhookEndpoint;
  WebhookEndpointChange: WebhookEndpointChange;
  WebhookSecretRotation: WebhookSecretRotation;
  WebhookDeliveries: WebhookDeliveries;
  WebhookDelivery: WebhookDelivery;
  IssuedApiKey: IssuedApiKey;
  KeyLimits: KeyLimits;
  NewApiKey: NewApiKey;
  KeyLimitsChange: KeyLimitsChange;
  ApiKeys: ApiKeys;
  ApiKey: ApiKey;
  ApiKeyChange: ApiKeyChange;
  ApiKeyReroll: ApiKeyReroll;
  Tenant: Tenant;
  TenantLimits: TenantLimits;
  NewTenant: NewTenant;
  TenantLimitsChange: TenantLimitsChange;
  Tenants: Tenants;
  TenantChange: TenantChange;
  Usage: Usage;
  Balance: Balance;
  CreditGrant: CreditGrant;
  Health: Health;
  McpError: McpError;
  McpMessage: McpMessage;
}
export interface Receipt {
  scheme: 'galip-receipt-1';
  chargeId: string;
  tenant: string;
  keyId: string;
  model: string;
  fingerprint: string;
  outcome: string;
  units: number;
  day: string;
  settledAt: number;
  signer: string;
  signature: string;
}
export interface Images {
  /**
   * Seconds since 1970.
   */
  created: number;
  model: string;
  size: string;
  output_format: 'png' | 'webp' | 'jpeg' | 'avif';
  /**
   * Edge of the model's own pictures; other sizes are resampled.
   */
  native: number;
  data: {
    /**
     * Immutable; with response_format "url". A private picture’s needs a key of its owner.
     */
    url?: string;
    /**
     * With response_format "b64_json".
     */
    b64_json?: string;
    seed: number;
    fingerprint: string;
    /**
     * Whether the picture existed, was made for this request, or was being made for another.
     */
    cache: 'hit' | 'miss' | 'joined';
    /**
     * Charged for this picture.
     */
    units: number;
    /**
     * ThumbHash in base64: a blurred picture to show until the real one is there. Null: stored before there were any.
     */
    thumbhash: string | null;
    /**
     * DCT hash, 64 bits in hexadecimal: pictures that look alike differ in few bits. Null as thumbhash.
     */
    phash: string | null;
    /**
     * With best_of: cosine of the angle between the judge’s embeddings of picture and prompt, −1 … 1.
     */
    score?: number;
  }[];
  best_of?: {
    /**
     * Pictures that were made, kept and charged.
     */
    candidates: number;
    /**
     * Whose scores they are: the model’s own CLIP, or one that took no part in the generator’s training. Scores of two judges cannot be compared.
     */
    judge: 'clip' | 'independent';
    /**
     * Name of the independent judge.
     */
    judge_name?: string;
    /**
     * What to know of scores by the model’s own CLIP.
     */
    caveat?: string;
  };
  usage: {
    /**
     * Charged for this request; with best_of also for those that it does not show.
     */
    units: number;
    /**
     * Units that the key has left; null: no limit.
     */
    remaining: number | null;
  };
}
export interface Quote {
  object: 'quote';
  model: string;
  /**
   * What the request would be charged now; less if others make its pictures in between.
   */
  units: number;
  data: {
    seed: number;
    fingerprint: string;
    /**
     * Charged for this picture.
     */
    units: number;
    /**
     * How the picture would come.
     */
    cache: 'hit' | 'miss' | 'joined';
  }[];
}
export interface Job {
  id: string;
  object: 'job';
  status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired';
  /**
   * How often it was tried.
   */
  attempts: number;
  /**
   * Seconds since 1970.
   */
  created_at: number;
  /**
   * Seconds since 1970.
   */
  started_at: number | null;
  /**
   * Seconds since 1970.
   */
  finished_at: number | null;
  /**
   * Seconds since 1970.
   */
  deadline_at: number;
  /**
   * Of a job that waits.
   */
  next_attempt_at: number | null;
  /**
   * What the request would have been answered, once the job has succeeded.
   */
  result: Images | Composition | null;
  /**
   * Of a composition that is being made: how many of its files are there.
   */
  progress: {
    done: number;
    total: number;
  } | null;
  /**
   * Why it failed or expired, or why it waits; of a cancelled one what it was charged, if anything.
   */
  error: {
    message: string;
    type: string;
    code: string;
    param: string | null;
  } | null;
  webhook: {
    url: string;
    /**
     * Said once, when the job is accepted.
     */
    secret?: string;
  } | null;
}
export interface Composition {
  object: 'interpolation' | 'grid';
  /**
   * Seconds since 1970.
   */
  created: number;
  model: string;
  /**
   * Edge of the model's own pictures; other sizes are resampled.
   */
  native: number;
  usage: {
    /**
     * Charged for this request; with best_of also for those that it does not show.
     */
    units: number;
    /**
     * Units that the key has left; null: no limit.
     */
    remaining: number | null;
  };
  /**
   * Of each picture.
   */
  size: string;
  /**
   * Animation or sheet; null where the frames alone were asked for.
   */
  file: {
    /**
     * Immutable. A private file’s needs a key of its owner.
     */
    url: string;
    fingerprint: string;
    format: 'webp' | 'png' | 'gif';
    width: number;
    height: number;
    /**
     * Whether the file existed, or was put together.
     */
    cache: 'hit' | 'miss' | 'joined';
    /**
     * Charged for putting it together.
     */
    units: number;
    /**
     * Of an animation: that of its first frame.
     */
    thumbhash: string | null;
    /**
     * Of an animation: that of its first frame.
     */
    phash: string | null;
  } | null;
  /**
   * The frames in order, or the cells row by row: ordinary pictures, png.
   */
  data: {
    /**
     * Immutable. A private picture’s needs a key of its owner.
     */
    url: string;
    seed: number;
    fingerprint: string;
    /**
     * Whether the picture existed, was made for this request, or was being made for another.
     */
    cache: 'hit' | 'miss' | 'joined';
    /**
     * Charged for this picture.
     */
    units: number;
    /**
     * ThumbHash in base64. Null: not looked up, since the file existed; or not known.
     */
    thumbhash: string | null;
    /**
     * DCT hash, 64 bits in hexadecimal. Null as thumbhash.
     */
    phash: string | null;
    /**
     * On a sheet: where its left edge lies, pixels.
     */
    x?: number;
    /**
     * On a sheet: where its upper edge lies, pixels.
     */
    y?: number;
  }[];
}
export interface Error {
  error: {
    message: string;
    type: string;
    code:
      | 'invalid_request'
      | 'request_moderated'
      | 'content_moderated'
      | 'invalid_api_key'
      | 'invalid_signature'
      | 'insufficient_credits'
      | 'insufficient_scope'
      | 'tenant_suspended'
      | 'not_found'
      | 'model_not_found'
      | 'method_not_allowed'
      | 'conflict'
      | 'model_mismatch'
      | 'superseded'
      | 'gone'
      | 'request_in_progress'
      | 'range_not_satisfiable'
      | 'idempotency_key_reused'
      | 'budget_exceeded'
      | 'rate_limited'
      | 'too_many_jobs'
      | 'internal_error'
      | 'backend_unavailable'
      | 'policy_unavailable'
      | 'storage_unavailable'
      | 'ledger_unavailable'
      | 'service_unavailable'
      | 'deadline_exceeded';
    /**
     * The field that is wrong, as `seeds[2]`.
     */
    param: string | null;
  };
}
export interface ImageRequest {
  prompt:
    | string
    | {
        /**
         * What the picture shows. Letter case and spacing make no difference. No control characters but tab and line breaks.
         */
        text: string;
        weight?: number;
      }[];
  /**
   * Number of pictures.
   */
  n?: number | null;
  /**
   * Edges in pixels. Pictures are square: "auto" (64x64, the model's own) or "NxN" with N in 16 … 256.
   */
  size?: string | null;
  response_format?: 'url' | 'b64_json' | null;
  output_format?: 'png' | 'webp' | 'jpeg' | 'avif' | null;
  /**
   * Encoder quality of webp, jpeg and avif; png is lossless and takes only 100.
   */
  output_compression?: number | null;
  user?: string | null;
  model?: string | null;
  /**
   * Picture i is made from seed + i. None given: 0. Not together with `seeds`.
   */
  seed?: number | 'random' | null;
  /**
   * The seed of each of the n pictures, as an array or a list with ranges ("0,1,4-6"); n may be left out. Not together with `seed`.
   */
  seeds?: number[] | string | null;
  /**
   * Private pictures have names of their own, and open to keys of their owner and to signed URLs alone.
   */
  visibility?: 'public' | 'private' | null;
  /**
   * Prompts or blends of single stages of the generator, by ranges of these, coarse to fine; this model has 5, numbered from 0. Stages that are not named have `prompt`.
   */
  stages?: {
    [k: string]:
      | string
      | {
          /**
           * What the picture shows. Letter case and spacing make no difference. No control characters but tab and line breaks.
           */
          text: string;
          weight?: number;
        }[];
  } | null;
  /**
   * Makes so many candidates, as if n were this (`seeds` has as many then), and answers with the n that fit the prompt best, as `judge` sees them, the best first. All of them are made, kept and charged.
   */
  best_of?: number | null;
  /**
   * With best_of, who scores: "clip" is the model’s own CLIP, against which the generator was trained: it flatters. "independent" is one that took no part in that, and the default where the model has one, as `judge` of GET /v1/models says.
   */
  judge?: 'clip' | 'independent' | null;
  /**
   * ψ, by which the noise is multiplied: below 1 pictures are more typical and more alike.
   */
  truncation?: number | null;
  /**
   * Moves each picture’s noise towards that of another seed, on the sphere: 0 not at all, 1 all the way.
   */
  variation?: {
    seed: number;
    strength: number;
  } | null;
  /**
   * true: answer 202 with a job at once, as with the header `Prefer: respond-async`.
   */
  async?: boolean | null;
  /**
   * Of a job: seconds after which it expires. One hour unless given.
   */
  deadline?: number | null;
  /**
   * Of a job: public https URL that is told its end (Standard Webhooks).
   */
  webhook?: string | null;
}
export interface CompositionQuote {
  object: 'quote';
  model: string;
  /**
   * What the request would be charged now; less if others make its pictures in between.
   */
  units: number;
  file: {
    fingerprint: string;
    /**
     * Whether the file existed, or was put together.
     */
    cache: 'hit' | 'miss' | 'joined';
    /**
     * Charged for putting it together.
     */
    units: number;
  } | null;
  data: {
    seed: number;
    fingerprint: string;
    /**
     * Whether the picture existed, was made for this request, or was being made for another.
     */
    cache: 'hit' | 'miss' | 'joined';
    /**
     * Charged for this picture.
     */
    units: number;
  }[];
}
export interface InterpolationRequest {
  /**
   * Pictures that the frames lead through. Between two of them the noise goes along the sphere and the prompts’ conditions in a straight line. Each is a frame itself, the same as the single picture.
   *
   * @minItems 2
   * @maxItems 16
   */
  keyframes: {
    prompt:
      | string
      | {
          /**
           * What the picture shows. Letter case and spacing make no difference. No control characters but tab and line breaks.
           */
          text: string;
          weight?: number;
        }[];
    /**
     * Prompts or blends of single stages of the generator, by ranges of these, coarse to fine; this model has 5, numbered from 0. Stages that are not named have `prompt`.
     */
    stages?: {
      [k: string]:
        | string
        | {
            /**
             * What the picture shows. Letter case and spacing make no difference. No control characters but tab and line breaks.
             */
            text: string;
            weight?: number;
          }[];
    } | null;
    /**
     * 0 unless given.
     */
    seed?: number | null;
  }[];
  /**
   * How many frames there are in all, at least one for each key frame.
   */
  frames?: number | null;
  easing?: 'linear' | 'ease-in' | 'ease-out' | 'ease-in-out' | null;
  /**
   * true: the last frames lead back to the first, which follows them, for ever. false: the animation is shown once.
   */
  loop?: boolean | null;
  /**
   * ψ, by which the noise is multiplied: below 1 pictures are more typical and more alike.
   */
  truncation?: number | null;
  /**
   * What is made of the frames: an animation, a sprite sheet, or nothing.
   */
  output?: 'animation' | 'sheet' | 'frames' | null;
  /**
   * webp unless given; an animation may be gif, a sheet png.
   */
  output_format?: 'webp' | 'gif' | 'png' | null;
  /**
   * Of an animation: frames in a second; 12 unless given.
   */
  fps?: number | null;
  /**
   * Of a sheet: frames in a row; about as many as there are rows unless given.
   */
  columns?: number | null;
  /**
   * Edges in pixels. Pictures are square: "auto" (64x64, the model's own) or "NxN" with N in 16 … 256.
   */
  size?: string | null;
  /**
   * Encoder quality of webp (90 unless given). png and gif take only 100.
   */
  output_compression?: number | null;
  /**
   * true: webp without loss, every pixel as in its picture. gif has 256 colours a frame.
   */
  lossless?: boolean | null;
  /**
   * true: answer with server-sent events: `picture` for each picture as it is made, then `done` with the answer, or `error`.
   */
  stream?: boolean | null;
  model?: string | null;
  user?: string | null;
  /**
   * Private pictures have names of their own, and open to keys of their owner and to signed URLs alone.
   */
  visibility?: 'public' | 'private' | null;
  /**
   * true: answer 202 with a job at once, as with the header `Prefer: respond-async`.
   */
  async?: boolean | null;
  /**
   * Of a job: seconds after which it expires. One hour unless given.
   */
  deadline?: number | null;
  /**
   * Of a job: public https URL that is told its end (Standard Webhooks).
   */
  webhook?: string | null;
}
export interface GridRequest {
  /**
   * What changes from column to column; another parameter than that of the rows.
   */
  columns:
    | {
        parameter: 'prompt';
        /**
         * @minItems 1
         * @maxItems 8
         */
        values: (
          | string
          | {
              /**
               * What the picture shows. Letter case and spacing make no difference. No control characters but tab and line breaks.
               */
              text: string;
              weight?: number;
            }[]
        )[];
      }
    | {
        parameter: 'seed';
        /**
         * @minItems 1
         * @maxItems 8
         */
        values: number[];
      }
    | {
        parameter: 'truncation';
        /**
         * @minItems 1
         * @maxItems 8
         */
        values: number[];
      }
    | {
        parameter: 'variation_seed';
        /**
         * @minItems 1
         * @maxItems 8
         */
        values: number[];
      }
    | {
        parameter: 'variation_strength';
        /**
         * @minItems 1
         * @maxItems 8
         */
        values: number[];
      };
  /**
   * What changes from row to row.
   */
  rows:
    | {
        parameter: 'prompt';
        /**
         * @minItems 1
         * @maxItems 8
         */
        values: (
          | string
          | {
              /**
               * What the picture shows. Letter case and spacing make no difference. No control characters but tab and line breaks.
               */
              text: string;
              weight?: number;
            }[]
        )[];
      }
    | {
        parameter: 'seed';
        /**
         * @minItems 1
         * @maxItems 8
         */
        values: number[];
      }
    | {
        parameter: 'truncation';
        /**
         * @minItems 1
         * @maxItems 8
         */
        values: number[];
      }
    | {
        parameter: 'variation_seed';
        /**
         * @minItems 1
         * @maxItems 8
         */
        values: number[];
      }
    | {
        parameter: 'variation_strength';
        /**
         * @minItems 1
         * @maxItems 8
         */
        values: number[];
      };
  /**
   * Of all cells, where it is on no axis.
   */
  prompt?:
    | string
    | {
        /**
         * What the picture shows. Letter case and spacing make no difference. No control characters but tab and line breaks.
         */
        text: string;
        weight?: number;
      }[]
    | null;
  /**
   * Prompts or blends of single stages of the generator, by ranges of these, coarse to fine; this model has 5, numbered from 0. Stages that are not named have `prompt`.
   */
  stages?: {
    [k: string]:
      | string
      | {
          /**
           * What the picture shows. Letter case and spacing make no difference. No control characters but tab and line breaks.
           */
          text: string;
          weight?: number;
        }[];
  } | null;
  /**
   * Of all cells, where it is on no axis.
   */
  seed?: number | null;
  /**
   * ψ, by which the noise is multiplied: below 1 pictures are more typical and more alike.
   */
  truncation?: number | null;
  /**
   * As of a picture; what is on an axis is left out here.
   */
  variation?: {
    seed?: number | null;
    strength?: number | null;
  } | null;
  /**
   * Of the sheet.
   */
  output_format?: 'png' | 'webp' | null;
  /**
   * Edges in pixels. Pictures are square: "auto" (64x64, the model's own) or "NxN" with N in 16 … 256.
   */
  size?: string | null;
  /**
   * Encoder quality of webp (90 unless given). png and gif take only 100.
   */
  output_compression?: number | null;
  /**
   * true: webp without loss, every pixel as in its picture. gif has 256 colours a frame.
   */
  lossless?: boolean | null;
  /**
   * true: answer with server-sent events: `picture` for each picture as it is made, then `done` with the answer, or `error`.
   */
  stream?: boolean | null;
  model?: string | null;
  user?: string | null;
  /**
   * Private pictures have names of their own, and open to keys of their owner and to signed URLs alone.
   */
  visibility?: 'public' | 'private' | null;
  /**
   * true: answer 202 with a job at once, as with the header `Prefer: respond-async`.
   */
  async?: boolean | null;
  /**
   * Of a job: seconds after which it expires. One hour unless given.
   */
  deadline?: number | null;
  /**
   * Of a job: public https URL that is told its end (Standard Webhooks).
   */
  webhook?: string | null;
}
export interface UrlSigningSecret {
  /**
   * Stands in the URLs.
   */
  key_id: string;
  /**
   * 64 hex digits. Whoever has it makes pictures at your cost.
   */
  secret: string;
}
export interface Models {
  object: 'list';
  data: Model[];
}
export interface Model {
  id: string;
  object: 'model';
  /**
   * Always 0: the digest, not a date, tells versions apart.
   */
  created: number;
  owned_by: string;
  /**
   * SHA-256 over all that decides a picture.
   */
  digest: string;
  /**
   * Edge of the model's own pictures, pixels.
   */
  native: number;
  /**
   * Stages that can have prompts of their own, numbered from 0, coarse to fine.
   */
  stages: number;
  /**
   * Name of the judge that best_of has beside the model’s own CLIP, one that took no part in the training; null: none.
   */
  judge: string | null;
  licence: string;
  commercialUse: boolean;
  formats: ('png' | 'webp' | 'jpeg' | 'avif')[];
  sizes: {
    min: number;
    max: number;
    default: number;
  };
}
export interface WebhookEndpointWithSecret {
  id: string;
  object: 'webhook_endpoint';
  url: string;
  description: string;
  events: ('job.succeeded' | 'job.failed' | 'job.cancelled' | 'job.expired')[];
  /**
   * An endpoint that answers 410 is disabled.
   */
  enabled: boolean;
  /**
   * Seconds since 1970.
   */
  created_at: number;
  secret: string;
}
export interface NewWebhookEndpoint {
  /**
   * On the public internet, by https. Redirects are not followed.
   */
  url: string;
  description?: string;
  /**
   * What is told.
   *
   * @minItems 1
   */
  events?: ('job.succeeded' | 'job.failed' | 'job.cancelled' | 'job.expired')[];
}
export interface WebhookEndpoints {
  object: 'list';
  /**
   * At most 20, the oldest first.
   */
  data: WebhookEndpoint[];
}
export interface WebhookEndpoint {
  id: string;
  object: 'webhook_endpoint';
  url: string;
  description: string;
  events: ('job.succeeded' | 'job.failed' | 'job.cancelled' | 'job.expired')[];
  /**
   * An endpoint that answers 410 is disabled.
   */
  enabled: boolean;
  /**
   * Seconds since 1970.
   */
  created_at: number;
}
export interface WebhookEndpointChange {
  /**
   * On the public internet, by https. Redirects are not followed.
   */
  url?: string;
  description?: string;
  /**
   * What is told.
   *
   * @minItems 1
   */
  events?: ('job.succeeded' | 'job.failed' | 'job.cancelled' | 'job.expired')[];
  enabled?: boolean;
}
export interface WebhookSecretRotation {
  /**
   * Seconds that the present secret goes on signing along; 0: it ends now.
   */
  overlap_s?: number;
}
export interface WebhookDeliveries {
  object: 'list';
  /**
   * Newest first.
   */
  data: WebhookDelivery[];
}
export interface WebhookDelivery {
  id: string;
  object: 'webhook_delivery';
  /**
   * `webhook-id` of every try.
   */
  message_id: string;
  type: 'job.succeeded' | 'job.failed' | 'job.cancelled' | 'job.expired';
  status: 'pending' | 'delivered' | 'failed';
  /**
   * Of ten, since the message came or was replayed.
   */
  tries: number;
  /**
   * Seconds since 1970.
   */
  created_at: number;
  /**
   * Seconds since 1970.
   */
  next_try_at: number | null;
  attempts: {
    /**
     * Seconds since 1970.
     */
    at: number;
    /**
     * Of the answer; null: there was none.
     */
    status: number | null;
    /**
     * Why it failed; null: it did not.
     */
    reason: string | null;
    duration_ms: number;
  }[];
}
export interface IssuedApiKey {
  object: 'api_key';
  /**
   * The key’s public part, for life.
   */
  id: string;
  /**
   * How the key’s text begins.
   */
  prefix: string;
  tenant: string;
  name: string;
  /**
   * Part of the key’s text, so that people tell keys apart; both work alike.
   */
  kind: 'live' | 'test';
  scopes: ('generate' | 'read' | 'admin')[];
  status: 'active' | 'expired' | 'revoked';
  limits: KeyLimits;
  /**
   * Which of the tenant’s ledgers it is in, for life; 0: the tenant’s own.
   */
  shard: number;
  /**
   * Seconds since 1970.
   */
  created_at: number;
  /**
   * Seconds since 1970.
   */
  expires_at: number | null;
  /**
   * Seconds since 1970.
   */
  revoked_at: number | null;
  /**
   * To the minute.
   */
  last_used_at: number | null;
  /**
   * Until then the secret before the last re-roll holds, too; null: it does not.
   */
  previous_secret_expires_at: number | null;
  /**
   * The key itself: shown this once. A replay under the Idempotency-Key has it no more: re-roll the key.
   */
  key?: string;
}
export interface KeyLimits {
  /**
   * Requests in any minute.
   */
  rate_per_minute: number | null;
  /**
   * Units a day of UTC.
   */
  day_units: number | null;
  /**
   * Units a month of UTC.
   */
  month_units: number | null;
  /**
   * Units in all, over the whole life.
   */
  total_units: number | null;
}
export interface NewApiKey {
  /**
   * Who owns it; else the caller’s tenant.
   */
  tenant?: string;
  /**
   * For people.
   */
  name: string;
  /**
   * Part of the key’s text, so that people tell keys apart; both work alike.
   */
  kind?: 'live' | 'test';
  /**
   * What the key may do.
   *
   * @minItems 1
   * @maxItems 3
   */
  scopes: ('generate' | 'read' | 'admin')[];
  /**
   * Seconds since 1970; null: never.
   */
  expires_at?: number | null;
  limits?: KeyLimitsChange;
}
export interface KeyLimitsChange {
  /**
   * Requests in any minute.
   */
  rate_per_minute?: number | null;
  /**
   * Units a day of UTC.
   */
  day_units?: number | null;
  /**
   * Units a month of UTC.
   */
  month_units?: number | null;
  /**
   * Units in all, over the whole life.
   */
  total_units?: number | null;
}
export interface ApiKeys {
  object: 'list';
  /**
   * Newest first.
   */
  data: ApiKey[];
  /**
   * For `after`; null: this is the last page.
   */
  next_cursor: string | null;
}
export interface ApiKey {
  object: 'api_key';
  /**
   * The key’s public part, for life.
   */
  id: string;
  /**
   * How the key’s text begins.
   */
  prefix: string;
  tenant: string;
  name: string;
  /**
   * Part of the key’s text, so that people tell keys apart; both work alike.
   */
  kind: 'live' | 'test';
  scopes: ('generate' | 'read' | 'admin')[];
  status: 'active' | 'expired' | 'revoked';
  limits: KeyLimits;
  /**
   * Which of the tenant’s ledgers it is in, for life; 0: the tenant’s own.
   */
  shard: number;
  /**
   * Seconds since 1970.
   */
  created_at: number;
  /**
   * Seconds since 1970.
   */
  expires_at: number | null;
  /**
   * Seconds since 1970.
   */
  revoked_at: number | null;
  /**
   * To the minute.
   */
  last_used_at: number | null;
  /**
   * Until then the secret before the last re-roll holds, too; null: it does not.
   */
  previous_secret_expires_at: number | null;
}
export interface ApiKeyChange {
  /**
   * For people.
   */
  name?: string;
  /**
   * What the key may do.
   *
   * @minItems 1
   * @maxItems 3
   */
  scopes?: ('generate' | 'read' | 'admin')[];
  /**
   * Seconds since 1970; null: never.
   */
  expires_at?: number | null;
  limits?: KeyLimitsChange;
}
export interface ApiKeyReroll {
  /**
   * Seconds that the present secret goes on holding; 0: it ends now.
   */
  overlap_s?: number;
}
export interface Tenant {
  object: 'tenant';
  id: string;
  /**
   * For people.
   */
  name: string;
  /**
   * prepaid: spends credit that it has. postpaid: billed afterwards.
   */
  plan: 'prepaid' | 'postpaid';
  /**
   * The keys of a suspended tenant open nothing.
   */
  status: 'active' | 'suspended';
  limits: TenantLimits;
  /**
   * Ledgers beside the tenant’s own, over which keys made from now on are spread; for a tenant near 200 requests a second. They become no fewer.
   */
  shards: number;
  /**
   * Its admin keys manage every tenant. Set in the database alone.
   */
  operator: boolean;
  /**
   * Seconds since 1970.
   */
  created_at: number;
}
/**
 * Of all its keys together.
 */
export interface TenantLimits {
  /**
   * Units a day of UTC.
   */
  day_units: number | null;
  /**
   * Units a month of UTC.
   */
  month_units: number | null;
  /**
   * Units in all, over the whole life.
   */
  total_units: number | null;
}
export interface NewTenant {
  /**
   * For ever.
   */
  id: string;
  /**
   * For people.
   */
  name: string;
  /**
   * prepaid: spends credit that it has. postpaid: billed afterwards.
   */
  plan?: 'prepaid' | 'postpaid';
  limits?: TenantLimitsChange;
  /**
   * Ledgers beside the tenant’s own, over which keys made from now on are spread; for a tenant near 200 requests a second. They become no fewer.
   */
  shards?: number;
}
/**
 * Of all its keys together.
 */
export interface TenantLimitsChange {
  /**
   * Units a day of UTC.
   */
  day_units?: number | null;
  /**
   * Units a month of UTC.
   */
  month_units?: number | null;
  /**
   * Units in all, over the whole life.
   */
  total_units?: number | null;
}
export interface Tenants {
  object: 'list';
  /**
   * Newest first.
   */
  data: Tenant[];
  /**
   * For `after`; null: this is the last page.
   */
  next_cursor: string | null;
}
export interface TenantChange {
  /**
   * For people.
   */
  name?: string;
  /**
   * prepaid: spends credit that it has. postpaid: billed afterwards.
   */
  plan?: 'prepaid' | 'postpaid';
  /**
   * The keys of a suspended tenant open nothing.
   */
  status?: 'active' | 'suspended';
  limits?: TenantLimitsChange;
  /**
   * Ledgers beside the tenant’s own, over which keys made from now on are spread; for a tenant near 200 requests a second. They become no fewer.
   */
  shards?: number;
}
export interface Usage {
  object: 'usage';
  from: string;
  to: string;
  group_by: 'day' | 'key' | 'model' | 'outcome';
  data: {
    /**
     * Of all outcomes, the free ones too.
     */
    pictures: number;
    /**
     * Charged.
     */
    units: number;
    /**
     * The day, key id, model or outcome.
     */
    group: string;
  }[];
  total: {
    /**
     * Of all outcomes, the free ones too.
     */
    pictures: number;
    /**
     * Charged.
     */
    units: number;
  };
}
export interface Balance {
  object: 'balance';
  tenant: string;
  /**
   * prepaid: spends credit that it has. postpaid: billed afterwards.
   */
  plan: 'prepaid' | 'postpaid';
  /**
   * Units of credit ever granted.
   */
  credited: number;
  /**
   * Units charged against credit.
   */
  spent: number;
  /**
   * Units of credit held for requests that run now.
   */
  reserved: number;
  /**
   * Units of credit left, never below 0; null: postpaid, which needs none.
   */
  available: number | null;
  /**
   * Units charged to be paid afterwards.
   */
  billed: number;
}
export interface CreditGrant {
  /**
   * Yours, as a payment’s. The same grant sent again adds nothing.
   */
  id: string;
  units: number;
  note?: string;
}
export interface Health {
  status: 'ok';
}
export interface McpError {
  jsonrpc: '2.0';
  id: string | number | null;
  error: {
    code: number;
    message: string;
    data?: unknown;
  };
}
export interface McpMessage {
  jsonrpc: '2.0';
  id?: string | number;
  method: string;
  params?: {
    [k: string]: unknown;
  };
}
