import { stagesReachedBy, textsOf } from '../contract/condition.ts';
import { ApiError } from '../contract/errors.ts';
import { type GenerateRequest, MAX_UPSCALE } from '../contract/generate.ts';
import { IMAGE_FORMATS } from '../contract/image-format.ts';
import type { ModelManifest } from '../contract/model-card.ts';

/**
 * The rules that a request's form alone does not show.
 * @throws ApiError `model_mismatch`, or `invalid_request` naming the field.
 */
export function checkRequest(request: GenerateRequest, { digest, generator }: ModelManifest): void {
  const { model, images, size, format, quality } = request;
  if (model !== digest) {
    throw new ApiError('model_mismatch', {
      message: `This backend runs the model ${digest}.`,
      param: 'model',
    });
  }
  const largest = MAX_UPSCALE * generator.imageSize;
  if (size > largest) throw invalid('size', `size is ${size}; this model makes up to ${largest} pixels.`);
  const isLossless = IMAGE_FORMATS[format].defaultQuality === null;
  if (isLossless !== (quality === null)) {
    const allowed = isLossless ? `null: ${format} is lossless` : `1 to 100 for ${format}`;
    throw invalid('quality', `quality is ${quality}; it must be ${allowed}.`);
  }
  for (const [at, image] of images.entries()) {
    // A lone surrogate has no UTF-8: different prompts would share a fingerprint.
    if (!textsOf(image).every((text) => text.isWellFormed())) {
      throw invalid(`images[${at}].prompt`, `images[${at}].prompt has a lone surrogate.`);
    }
    const last = stagesReachedBy(image) - 1;
    if (last >= generator.stages) {
      const allowed = `this model has 0 … ${generator.stages - 1}`;
      throw invalid(`images[${at}].stages`, `images[${at}].stages names stage ${last}; ${allowed}.`);
    }
  }
}

function invalid(param: string, message: string): ApiError {
  return new ApiError('invalid_request', { param, message });
}
