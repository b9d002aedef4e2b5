import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { fingerprintOf } from '../../gpu-backend/contract/fingerprint.ts';
import { IMAGE_FORMATS, type ImageFormat } from '../../gpu-backend/contract/image-format.ts';
import { canonicalLatent } from '../../gpu-backend/contract/latent.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import { MAX_SEED } from '../../gpu-backend/contract/noise.ts';
import type { ScoreJudge } from '../../gpu-backend/contract/score-judge.ts';
import type { FlightPlan, PicturePlan } from '../flight/flight.ts';
import { chargeIdOf } from '../ledger/charge-id.ts';
import type { PictureName } from '../pictures/picture-name.ts';
import type { ImageRequest } from './image-request.ts';
import { planCondition } from './plan-condition.ts';
import { judgeOf } from './score-pictures.ts';
import { readSeedList } from './seed-list.ts';

/** One picture to answer with. Two of one request may be the same picture. */
export type PlannedPicture = PicturePlan;

/** A file to answer with, and the name of its charge. */
export type Billed<T extends FlightPlan> = T & { readonly chargeId: string };

/** Names the charges of a request's files, which are the same however often it is tried. */
export function billPictures<T extends FlightPlan>(
  planned: readonly T[],
  ledgerName: string,
  requestKey: string,
): Promise<Billed<T>[]> {
  return Promise.all(
    planned.map(async (picture, index) => ({
      ...picture,
      chargeId: await chargeIdOf(ledgerName, requestKey, index),
    })),
  );
}

export function pictureNameOfPlan({ fingerprint, recipe: { format, tenant } }: PlannedPicture): PictureName {
  return { fingerprint, format, tenant };
}

/**
 * The pictures that a valid request of `tenant` asks for, in order; with best_of all candidates.
 * @throws ApiError `model_not_found`, or `invalid_request` where fields contradict each other.
 */
export function planPictures(
  request: ImageRequest,
  model: ModelCard,
  tenant: string,
): Promise<PlannedPicture[]> {
  if (request.model != null && request.model !== model.id) {
    throw new ApiError('model_not_found', {
      param: 'model',
      message: `There is no model of this name; there is ${JSON.stringify(model.id)}.`,
    });
  }
  const format = request.output_format ?? 'png';
  const common = {
    model: model.digest,
    ...planCondition(request, model),
    size: sizeOf(request, model),
    format,
    quality: qualityOf(request, format),
    ...(request.visibility === 'private' && { tenant }),
  };
  return Promise.all(
    seedsOf(request, model).map(async (seed): Promise<PlannedPicture> => {
      const latent = canonicalLatent(seed, request);
      const recipe = { ...common, seed, ...(latent && { latent }) };
      return { recipe, fingerprint: await fingerprintOf(recipe) };
    }),
  );
}

function sizeOf({ size }: ImageRequest, model: ModelCard): number {
  return size == null || size === 'auto' ? model.imageSize : Number.parseInt(size, 10);
}

function qualityOf({ output_compression: quality }: ImageRequest, format: ImageFormat): number | null {
  const { defaultQuality } = IMAGE_FORMATS[format];
  if (quality == null) return defaultQuality;
  // OpenAI allows 0; encoders begin at 1.
  if (defaultQuality !== null) return Math.max(1, quality);
  if (quality === 100) return null;
  throw new ApiError('invalid_request', {
    param: 'output_compression',
    message: `output_compression (${quality}) must be 100 or absent: ${format} is lossless`,
  });
}

function seedsOf(request: ImageRequest, model: ModelCard): number[] {
  const { n, seed, seeds, best_of: candidates } = request;
  if (candidates != null) checkBestOf(candidates, n ?? 1, judgeOf(request, model), model);
  else if (request.judge != null) throw contradiction('judge', 'judge goes with best_of');
  const listed = typeof seeds === 'string' ? readSeedList(seeds) : (seeds ?? []);
  const [name, count] = candidates == null ? ['n', n ?? (listed.length || 1)] : ['best_of', candidates];
  if (seeds != null) {
    if (seed != null) throw contradiction('seeds', 'seeds and seed exclude each other');
    if (listed.length !== count) {
      throw contradiction(
        'seeds',
        `seeds has ${listed.length} entries; ${name} is ${count} and needs as many`,
      );
    }
    return listed;
  }
  if (seed === 'random') return Array.from({ length: count }, randomSeed);
  const first = seed ?? 0;
  if (first > MAX_SEED - (count - 1)) {
    throw contradiction(
      'seed',
      `seed (${first}) + ${name} (${count}) goes beyond ${MAX_SEED}, the largest seed`,
    );
  }
  return Array.from({ length: count }, (_, index) => first + index);
}

function checkBestOf(
  candidates: number,
  n: number,
  judge: ScoreJudge,
  { imageEncoder, judge: second }: ModelCard,
): void {
  if (judge === 'independent' && !second) {
    throw contradiction('judge', 'judge (independent) must be "clip" or absent: this model has no other');
  }
  if (judge === 'clip' && imageEncoder === undefined) {
    const allowed =
      'judge (clip) must be "independent" or absent: this model has no image encoder of its size';
    if (second) throw contradiction('judge', allowed);
    throw contradiction('best_of', 'best_of must be left out: this model has no image encoder to score with');
  }
  if (n > candidates) throw contradiction('best_of', `best_of (${candidates}) must be at least n (${n})`);
}

function contradiction(param: string, message: string): ApiError {
  return new ApiError('invalid_request', { param, message });
}

/** Uniform over all 2⁵³ seeds. */
function randomSeed(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low;
}
