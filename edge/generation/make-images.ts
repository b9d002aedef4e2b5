import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import type { ObjectStore } from '../adapters/object-store.ts';
import type { PictureCache } from '../adapters/picture-cache.ts';
import type { Scorer } from '../adapters/scorer.ts';
import type { Clock } from '../durable/clock.ts';
import type { Flights } from '../flight/flight.ts';
import type { Allowance, LedgerOf } from '../ledger/ledger.ts';
import { ledgerNameOf } from '../ledger/ledger-name.ts';
import type { Prices } from '../ledger/prices.ts';
import { spenderOf } from '../ledger/spender-of.ts';
import type { Log } from '../middleware/answer-errors.ts';
import { pictureUrlOf } from '../pictures/picture-name.ts';
import { createPictureSource } from '../pictures/picture-source.ts';
import type { PromptPolicy } from '../policy/prompt-policy.ts';
import { ANSWER_SLACK_MS } from '../requests/request-time.ts';
import { allowsTexts } from './allows-texts.ts';
import { chargePictures } from './charge-pictures.ts';
import { type ImageCall, placeOf } from './image-call.ts';
import type { ImageRequest } from './image-request.ts';
import { type Images, type Quote, SCORE_CAVEAT } from './images.ts';
import { billPictures, type PlannedPicture, pictureNameOfPlan, planPictures } from './plan-pictures.ts';
import { quotePictures } from './quote-pictures.ts';
import { refuseTexts } from './refuse-texts.ts';
import { bestOf, judgeOf, scorePictures } from './score-pictures.ts';

export interface MakeImagesOptions {
  readonly model: ModelCard;
  readonly store: ObjectStore;
  readonly cache: PictureCache;
  readonly flights: Flights;
  readonly ledgerOf: LedgerOf;
  readonly prices: Prices;
  readonly policy: PromptPolicy;
  readonly scorer: Scorer;
  readonly clock: Clock;
  readonly log: Log;
}

export interface MadeImages {
  readonly images: Images;
  /** Bytes of each picture, where they were wanted. */
  readonly files: readonly (Uint8Array<ArrayBuffer> | undefined)[];
  readonly allowance: Allowance;
}

/** The use case behind every way to ask for pictures: the synchronous route, signed URLs and jobs. */
export interface ImageMaker {
  /**
   * Policy → look-up → reserve → flight → settle.
   * @throws ApiError `model_not_found`, `invalid_request`, `request_moderated`, `policy_unavailable`,
   * `storage_unavailable`; SpendingRefused; whatever a flight fails with.
   */
  make(request: ImageRequest, call: ImageCall): Promise<MadeImages>;
  /** What `make` would cost now. Nothing is made, reserved or recorded. */
  quote(request: ImageRequest, call: Pick<ImageCall, 'principal' | 'origin' | 'defer'>): Promise<Quote>;
}

export function createImageMaker(options: MakeImagesOptions): ImageMaker {
  const { model, store, cache, flights, ledgerOf, prices, policy, scorer, clock, log } = options;

  return {
    async make(request, call) {
      const { requestKey, origin, defer, deadline, isRetry } = call;
      const { tenant } = call.principal;
      const billed = await billPictures(
        await planPictures(request, model, tenant),
        ledgerNameOf(placeOf(call)),
        requestKey,
      );
      const ledger = ledgerOf(placeOf(call));
      const spender = spenderOf(call.principal, call.tenant);
      if (!(await allowsTexts(billed, tenant, policy))) {
        throw await refuseTexts(billed, { ledger, spender, requestKey, model: model.id, param: 'prompt' });
      }
      const source = createPictureSource({ store, cache, origin, defer });
      const isBase64 = request.response_format === 'b64_json';
      const withBytes = isBase64 || call.withBytes === true;
      const quoted = await quotePictures(billed, {
        source,
        prices,
        native: model.imageSize,
        withBytes,
        ...(isRetry && { isOwn: ({ fingerprint, chargeId }) => flights.wasStartedBy(fingerprint, chargeId) }),
      });
      const judge = judgeOf(request, model);
      let scores: readonly number[] = [];
      const complete = async (): Promise<void> => {
        scores = await scorePictures(someOf(billed), { scorer, judge, tenant, deadline, clock });
      };
      const charging = chargePictures(quoted, {
        ledger,
        spender,
        requestKey,
        model: model.id,
        prices,
        flights,
        source,
        withBytes,
        ...(request.best_of != null && { complete }),
        deadline,
        withdrawn: call.withdrawn,
        traceparent: call.traceparent,
        answerBy: call.answerBy ?? deadline + ANSWER_SLACK_MS,
        clock,
        defer,
        log,
      });
      // Who hangs up between reserving and settling leaves no lease behind.
      defer(charging.catch(() => undefined));
      const { pictures, allowance } = await charging;
      const units = pictures.reduce((sum, { charge }) => sum + charge.units, 0);
      const all = pictures.map(({ bytes, cache: how, charge, ...picture }): Images['data'][number] => ({
        ...(bytes && isBase64
          ? { b64_json: bytes.toBase64() }
          : { url: pictureUrlOf(pictureNameOfPlan(picture), origin) }),
        seed: picture.recipe.seed,
        fingerprint: picture.fingerprint,
        cache: how,
        units: charge.units,
        thumbhash: picture.hashes?.thumbhash ?? null,
        phash: picture.hashes?.phash ?? null,
      }));
      const ranked = request.best_of != null && {
        data: bestOf(all, scores, request.n ?? 1),
        best_of: {
          candidates: all.length,
          judge,
          ...(judge === 'clip' ? { caveat: SCORE_CAVEAT } : model.judge && { judge_name: model.judge.name }),
        },
      };
      const created = Math.floor(clock.now() / 1000);
      const images = { ...summary(billed, model), created, data: all, ...ranked };
      return {
        images: { ...images, usage: { units, remaining: allowance.remaining } },
        files: pictures.map(({ bytes }) => bytes),
        allowance,
      };
    },
    async quote(request, { principal: { tenant }, origin, defer }) {
      const planned = await planPictures(request, model, tenant);
      if (!(await allowsTexts(planned, tenant, policy))) {
        throw new ApiError('request_moderated', { param: 'prompt' });
      }
      const source = createPictureSource({ store, cache, origin, defer });
      const native = model.imageSize;
      const quoted = await quotePictures(planned, { source, prices, native, withBytes: false });
      return {
        object: 'quote',
        model: model.id,
        units: quoted.reduce((sum, { units }) => sum + units, 0),
        data: quoted.map(({ recipe: { seed }, fingerprint, cache: how, units }) => ({
          seed,
          fingerprint,
          cache: how,
          units,
        })),
      };
    },
  };
}

function summary(
  planned: readonly PlannedPicture[],
  model: ModelCard,
): Omit<Images, 'created' | 'data' | 'usage'> {
  const { size, format } = someOf(planned)[0].recipe;
  return { model: model.id, size: `${size}x${size}`, output_format: format, native: model.imageSize };
}

function someOf<T extends PlannedPicture>(planned: readonly T[]): readonly [T, ...T[]] {
  const [first, ...others] = planned;
  if (!first) throw new Error('a valid request asks for at least one picture');
  return [first, ...others];
}
