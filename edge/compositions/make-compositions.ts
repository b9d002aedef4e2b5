import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { geometryOf } from '../../gpu-backend/contract/layout.ts';
import type { CompositionPlan } from '../flight/flight.ts';
import { isComposition, isPicture, nameOfPlan } from '../flight/plan-name.ts';
import { allowsTexts } from '../generation/allows-texts.ts';
import { type ChargedPictures, chargePictures } from '../generation/charge-pictures.ts';
import { type ImageCall, placeOf } from '../generation/image-call.ts';
import type { MakeImagesOptions } from '../generation/make-images.ts';
import { type Billed, billPictures, type PlannedPicture } from '../generation/plan-pictures.ts';
import type { Quoted } from '../generation/quote-pictures.ts';
import { refuseTexts } from '../generation/refuse-texts.ts';
import type { Allowance } from '../ledger/ledger.ts';
import { ledgerNameOf } from '../ledger/ledger-name.ts';
import { spenderOf } from '../ledger/spender-of.ts';
import { pictureUrlOf } from '../pictures/picture-name.ts';
import { createPictureSource } from '../pictures/picture-source.ts';
import { ANSWER_SLACK_MS } from '../requests/request-time.ts';
import type { Composition, CompositionQuote } from './composition.ts';
import type { CompositionOrder } from './composition-order.ts';
import { type PlannedComposition, planComposition } from './plan-composition.ts';
import { quoteComposition } from './quote-composition.ts';

/**
 * Flights of a composition that are under way at a time: half of the backend's largest batch, so that others have room
 * beside it, and few enough that a CPU's backend takes them all.
 */
const FLIGHTS_AT_ONCE = 16;

export interface LandedPicture extends Omit<Composition['data'][number], 'units' | 'x' | 'y'> {
  /** From 0, in the order of the answer's pictures. */
  readonly index: number;
}

interface MadeComposition {
  readonly composition: Composition;
  readonly allowance: Allowance;
}

interface CompositionCall extends ImageCall {
  /** Told each picture once it is there. */
  readonly onPicture?: (picture: LandedPicture) => void;
  /** Told how many of the files that are to be made or found are there. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** The use case behind every way to ask for compositions. */
export interface CompositionMaker {
  /**
   * Policy → look-up → reserve → a flight for each picture, then one for the file → settle.
   * @throws ApiError as `planComposition`; `request_moderated`, `policy_unavailable`, `storage_unavailable`;
   * SpendingRefused; whatever a flight fails with, as PartlyMade where pictures were made by then.
   */
  make(order: CompositionOrder, call: CompositionCall): Promise<MadeComposition>;
  /** What `make` would cost now. Nothing is made, reserved or recorded. */
  quote(
    order: CompositionOrder,
    call: Pick<ImageCall, 'principal' | 'origin' | 'defer'>,
  ): Promise<CompositionQuote>;
}

export function createCompositionMaker(options: Omit<MakeImagesOptions, 'scorer'>): CompositionMaker {
  const { model, store, cache, flights, ledgerOf, prices, policy, clock, log } = options;
  const native = model.imageSize;

  return {
    async make(order, call) {
      const { requestKey, origin, defer, deadline, isRetry, onPicture, onProgress } = call;
      const { tenant } = call.principal;
      const planned = await planComposition(order, model, tenant);
      const { pictures, file } = await bill(planned, ledgerNameOf(placeOf(call)), requestKey);
      const ledger = ledgerOf(placeOf(call));
      const spender = spenderOf(call.principal, call.tenant);
      if (!(await allowsTexts(pictures, tenant, policy))) {
        const param = textsFieldOf(order);
        throw await refuseTexts(pictures, { ledger, spender, requestKey, model: model.id, param });
      }
      const source = createPictureSource({ store, cache, origin, defer });
      const quoted = await quoteComposition(
        { pictures, file },
        {
          ...{ source, prices, native },
          ...(isRetry && {
            isOwn: ({ fingerprint, chargeId }) => flights.wasStartedBy(fingerprint, chargeId),
          }),
        },
      );
      const plans = [...quoted.pictures, ...(quoted.file ? [quoted.file] : [])];
      let done = 0;
      const charging = chargePictures(plans, {
        ledger,
        spender,
        model: model.id,
        atOnce: FLIGHTS_AT_ONCE,
        withBytes: false,
        traceparent: call.traceparent,
        answerBy: call.answerBy ?? deadline + ANSWER_SLACK_MS,
        onLanded(index, landed) {
          const picture = pictures[index];
          if (picture)
            onPicture?.({ index, ...placed(picture, origin), cache: landed.cache, ...hashesOf(landed) });
          onProgress?.(++done, plans.length);
        },
        ...{ requestKey, prices, flights, source, deadline, clock, defer, log },
      });
      // Who hangs up between reserving and settling leaves no lease behind.
      defer(charging.catch(() => undefined));
      const charged = await charging;
      const composition = {
        ...answerOf(order, planned, charged, origin),
        ...{ created: Math.floor(clock.now() / 1000), model: model.id, native },
      };
      return { composition, allowance: charged.allowance };
    },

    async quote(order, { principal: { tenant }, origin, defer }) {
      const planned = await planComposition(order, model, tenant);
      if (!(await allowsTexts(planned.pictures, tenant, policy)))
        throw new ApiError('request_moderated', { param: textsFieldOf(order) });
      const source = createPictureSource({ store, cache, origin, defer });
      const { pictures, file } = await quoteComposition(planned, { source, prices, native });
      const units = [...pictures, ...(file ? [file] : [])].reduce((sum, one) => sum + one.units, 0);
      return {
        object: 'quote',
        ...{ model: model.id, units },
        file: file ? { fingerprint: file.fingerprint, cache: file.cache, units: file.units } : null,
        data: pictures.map(({ recipe: { seed }, fingerprint, cache: how, units: own }) => {
          return { seed, fingerprint, cache: how, units: own };
        }),
      };
    },
  };
}

async function bill({ pictures, file }: PlannedComposition, ledgerName: string, requestKey: string) {
  const plans: readonly (PlannedPicture | CompositionPlan)[] = [...pictures, ...(file ? [file] : [])];
  const billed = await billPictures(plans, ledgerName, requestKey);
  return {
    pictures: billed.filter(isPicture),
    file: billed.find(isComposition),
  };
}

function answerOf(
  { kind }: CompositionOrder,
  { pictures: [first], file }: PlannedComposition,
  { pictures: charged, allowance }: ChargedPictures<Quoted<Billed<PlannedPicture | CompositionPlan>>>,
  origin: string,
): Pick<Composition, 'object' | 'size' | 'file' | 'data' | 'usage'> {
  const { size } = first.recipe;
  const pictures = charged.filter(isPicture);
  const made = charged.find(isComposition);
  const geometry = file && geometryOf(file.file.layout, pictures.length, size);
  const isSheet = file !== undefined && file.file.layout.kind !== 'animation';
  return {
    object: kind,
    size: `${size}x${size}`,
    file:
      made && file && geometry
        ? {
            url: pictureUrlOf(nameOfPlan(file), origin),
            fingerprint: file.fingerprint,
            format: file.file.format,
            ...{ width: geometry.width, height: geometry.height },
            cache: made.cache,
            units: made.charge.units,
            ...hashesOf(made),
          }
        : null,
    data: pictures.map((picture, index) => ({
      ...placed(picture, origin),
      cache: picture.cache,
      units: picture.charge.units,
      ...hashesOf(picture),
      ...(isSheet && geometry?.places[index]),
    })),
    usage: {
      units: charged.reduce((sum, { charge }) => sum + charge.units, 0),
      remaining: allowance.remaining,
    },
  };
}

function placed(picture: PlannedPicture, origin: string) {
  const { fingerprint, recipe } = picture;
  return { url: pictureUrlOf(nameOfPlan(picture), origin), seed: recipe.seed, fingerprint };
}

function hashesOf({ hashes }: Pick<Quoted<PlannedPicture>, 'hashes'>) {
  return { thumbhash: hashes?.thumbhash ?? null, phash: hashes?.phash ?? null };
}

function textsFieldOf({ kind }: CompositionOrder): string {
  return kind === 'grid' ? 'prompt' : 'keyframes';
}
