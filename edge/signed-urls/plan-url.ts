import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { fileFormatOfExtension } from '../../gpu-backend/contract/image-format.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import { type PictureHashes, readPictureHashes } from '../../gpu-backend/contract/picture-hashes.ts';
import type { CompositionOrder } from '../compositions/composition-order.ts';
import { createGridRequestSchema } from '../compositions/grid-request.ts';
import { createInterpolationRequestSchema } from '../compositions/interpolation-request.ts';
import type { CompositionMaker } from '../compositions/make-compositions.ts';
import { planComposition } from '../compositions/plan-composition.ts';
import type { FlightPlan } from '../flight/flight.ts';
import type { ImageCall } from '../generation/image-call.ts';
import type { ImageRequest } from '../generation/image-request.ts';
import type { ImageMaker } from '../generation/make-images.ts';
import { createImageRequestParser } from '../generation/parse-image-request.ts';
import { planPictures } from '../generation/plan-pictures.ts';
import { parseBody } from '../requests/parse-body.ts';
import { readText } from './read-text.ts';
import type { SignedUrl } from './signed-url.ts';
import { compositionOfUrl, type UrlComposition } from './url-composition.ts';
import type { UrlOptions } from './url-options.ts';

/** What a signed URL leads to: a picture, an animation or a sheet. */
export interface PlannedUrl {
  /** Undefined: it is one of several candidates, and known once they are made. */
  readonly plan: FlightPlan | undefined;
  /** Makes or finds it. @throws ApiError as the maker. */
  readonly make: (call: ImageCall) => Promise<MadeFile>;
}

interface MadeFile {
  readonly plan: FlightPlan;
  readonly hashes: PictureHashes | undefined;
}

export interface UrlPlannerOptions {
  readonly model: ModelCard;
  readonly maker: ImageMaker;
  readonly compositions: CompositionMaker;
}

/** Reads what signed URLs ask for. The planner throws ApiError `invalid_request`. */
export function createUrlPlanner({ model, maker, compositions }: UrlPlannerOptions) {
  const parse = createImageRequestParser(model);
  const interpolation = createInterpolationRequestSchema(model);
  const grid = createGridRequestSchema(model);

  async function planOrder(order: CompositionOrder, tenant: string): Promise<PlannedUrl> {
    const { file: plan } = await planComposition(order, model, tenant);
    if (!plan) throw new Error('a signed URL asks for one file');
    return {
      plan,
      async make(call) {
        const { composition } = await compositions.make(order, call);
        return { plan, hashes: readPictureHashes((hash) => composition.file?.[hash]) };
      },
    };
  }

  const orderOf = ({ kind, body }: UrlComposition): CompositionOrder =>
    kind === 'grid'
      ? { kind, request: parseBody(grid, body) }
      : { kind, request: parseBody(interpolation, body) };

  return async (url: SignedUrl, options: UrlOptions, tenant: string): Promise<PlannedUrl> => {
    const composition = compositionOfUrl(url, options);
    if (composition) return planOrder(orderOf(composition), tenant);
    const request = parse(bodyOf(url, options));
    const [plan, ...others] = await planPictures(request, model, tenant);
    return {
      plan: others.length > 0 ? undefined : plan,
      async make(call) {
        const { images } = await maker.make(request, call);
        const [image] = images.data;
        const made = [plan, ...others].find((one) => one?.fingerprint === image?.fingerprint);
        if (!made) throw new Error('a signed URL asks for one picture');
        return { plan: made, hashes: readPictureHashes((hash) => image?.[hash]) };
      },
    };
  };
}

function bodyOf(
  { prompt, extension }: SignedUrl,
  { size, quality, variation, strength, prompt: form, expires: _, ...fields }: UrlOptions,
): unknown {
  return {
    ...fields,
    ...readText(prompt, form),
    output_format: fileFormatOfExtension(extension),
    ...(size !== undefined && { size: `${size}x${size}` }),
    ...(quality !== undefined && { output_compression: quality }),
    ...variationOf(variation, strength),
  };
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
