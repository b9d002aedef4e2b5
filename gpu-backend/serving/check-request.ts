import { type Condition, stagesReachedBy, textsOf } from '../contract/condition.ts';
import { ApiError } from '../contract/errors.ts';
import { type GenerateRequest, MAX_UPSCALE } from '../contract/generate.ts';
import { IMAGE_FORMATS } from '../contract/image-format.ts';
import { type ModelManifest, modelCardOf } from '../contract/model-card.ts';
import type { ScoreRequest } from '../contract/scores.ts';

/**
 * The rules that a request's form alone does not show.
 * @throws ApiError `model_mismatch`, or `invalid_request` naming the field.
 */
export function checkRequest(request: GenerateRequest, { digest, generator }: ModelManifest): void {
  const { model, images, size, format, quality } = request;
  checkModel(model, digest);
  const largest = MAX_UPSCALE * generator.imageSize;
  if (size > largest) throw invalid('size', `size is ${size}; this model makes up to ${largest} pixels.`);
  const isLossless = IMAGE_FORMATS[format].defaultQuality === null;
  if (isLossless !== (quality === null)) {
    const allowed = isLossless ? `null: ${format} is lossless` : `1 to 100 for ${format}`;
    throw invalid('quality', `quality is ${quality}; it must be ${allowed}.`);
  }
  for (const [at, image] of images.entries()) checkCondition(image, generator, `images[${at}].`);
}

/** @throws ApiError `model_mismatch`, or `invalid_request` where this model's pictures cannot be scored by that judge. */
export function checkScoreRequest(
  { model, judge = 'clip', ...condition }: ScoreRequest,
  manifest: ModelManifest,
): void {
  checkModel(model, manifest.digest);
  checkCondition(condition, manifest.generator, '');
  const card = modelCardOf(manifest);
  if (judge === 'independent' && !card.judge) {
    throw invalid('judge', 'judge is independent; this model has no judge beside its own CLIP.');
  }
  if (judge === 'clip' && card.imageEncoder === undefined) {
    throw invalid('model', 'model has no image encoder for pictures of its size: they cannot be scored.');
  }
}

function checkModel(asked: string, digest: string): void {
  if (asked === digest) return;
  throw new ApiError('model_mismatch', { message: `This backend runs the model ${digest}.`, param: 'model' });
}

function checkCondition(condition: Condition, { stages }: ModelManifest['generator'], within: string): void {
  // A lone surrogate has no UTF-8: different prompts would share a fingerprint.
  if (!textsOf(condition).every((text) => text.isWellFormed())) {
    throw invalid(`${within}prompt`, `${within}prompt has a lone surrogate.`);
  }
  const last = stagesReachedBy(condition) - 1;
  if (last < stages) return;
  throw invalid(`${within}stages`, `${within}stages names stage ${last}; this model has 0 … ${stages - 1}.`);
}

function invalid(param: string, message: string): ApiError {
  return new ApiError('invalid_request', { param, message });
}
