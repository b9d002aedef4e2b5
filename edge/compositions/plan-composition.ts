import {
  type ComposeRequest,
  compositionFingerprintOf,
  type Layout,
  MAX_COMPOSED_PIXELS,
  MAX_LABEL_CODE_POINTS,
} from '../../gpu-backend/contract/compose.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { IMAGE_FORMATS } from '../../gpu-backend/contract/image-format.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import type { CompositionPlan } from '../flight/flight.ts';
import type { PlannedPicture } from '../generation/plan-pictures.ts';
import { type CompositionOrder, keptOrderOf } from './composition-order.ts';
import type { GridAxis } from './grid-request.ts';
import type { InterpolationRequest } from './interpolation-request.ts';
import { planCells } from './plan-cells.ts';
import { planFrames } from './plan-frames.ts';

const DEFAULT_FPS = 12;

export interface PlannedComposition {
  /** Frames in order, or cells row by row. */
  readonly pictures: readonly [PlannedPicture, ...PlannedPicture[]];
  /** Undefined: the pictures alone were asked for. */
  readonly file: CompositionPlan | undefined;
}

/**
 * The pictures of a valid order of `tenant`, and the file that is made of them.
 * @throws ApiError as `planFrames` and `planCells`; `invalid_request` for a file that there cannot be.
 */
export async function planComposition(
  order: CompositionOrder,
  model: ModelCard,
  tenant: string,
): Promise<PlannedComposition> {
  const [first, ...others] = await (order.kind === 'grid'
    ? planCells(order.request, model, tenant)
    : planFrames(order.request, model, tenant));
  if (!first) throw new Error('a valid order asks for at least one picture');
  const pictures = [first, ...others] as const;
  const layout = layoutOf(order, pictures.length);
  if (!layout) return { pictures, file: undefined };
  const { size, tenant: owner } = first.recipe;
  checkPixels(pictures.length, size);
  const file: ComposeRequest = {
    model: model.digest,
    pictures: pictures.map(({ fingerprint }) => fingerprint),
    size,
    layout,
    ...encodingOf(order, layout),
    ...(owner !== undefined && { tenant: owner }),
  };
  const recipe = { order: keptOrderOf(order), model: model.digest, ...(owner && { tenant: owner }) };
  return { pictures, file: { file, recipe, fingerprint: await compositionFingerprintOf(file) } };
}

function layoutOf({ kind, request }: CompositionOrder, count: number): Layout | undefined {
  if (kind === 'grid') {
    return { kind, columns: labelsOf(request.columns), rows: labelsOf(request.rows) };
  }
  const { output, fps, columns, loop } = request;
  const made = output ?? 'animation';
  if (fps != null && made !== 'animation') throw onlyOf('fps', 'an animation', made);
  if (columns != null && made !== 'sheet') throw onlyOf('columns', 'a sheet', made);
  switch (made) {
    case 'animation':
      return { kind: 'animation', fps: fps ?? DEFAULT_FPS, loop: loop ?? false };
    case 'sheet':
      return { kind: 'sheet', columns: Math.min(count, columns ?? Math.ceil(Math.sqrt(count))) };
    case 'frames':
      return undefined;
  }
}

function labelsOf({ parameter, values }: GridAxis): string[] {
  return values.map((value) => {
    const text = typeof value === 'object' ? value.map(termText).join(' + ') : String(value);
    return [...(LABELS[parameter] + text)].slice(0, MAX_LABEL_CODE_POINTS).join('').toWellFormed();
  });
}

function termText({ text, weight }: { readonly text: string; readonly weight: number }): string {
  return `${Number(weight.toFixed(3))} ${text}`;
}

/** What stands before a value. */
const LABELS: Readonly<Record<GridAxis['parameter'], string>> = {
  prompt: '',
  seed: 'seed ',
  truncation: 'ψ ',
  variation_seed: 'towards ',
  variation_strength: 'strength ',
};

function encodingOf(
  { kind, request }: CompositionOrder,
  layout: Layout,
): Pick<ComposeRequest, 'format' | 'quality'> {
  const { lossless, output_compression: quality } = request;
  const format = request.output_format ?? (kind === 'grid' ? 'png' : 'webp');
  const allowed = layout.kind === 'animation' ? ['webp', 'gif'] : ['webp', 'png'];
  if (!allowed.includes(format)) {
    throw invalid(
      'output_format',
      `output_format (${format}) must be ${allowed.join(' or ')} for ${nounOf(layout)}`,
    );
  }
  if (lossless && format === 'gif') {
    throw invalid('lossless', 'lossless (true) goes not with gif, which has 256 colours a frame');
  }
  if (quality != null && quality !== 100 && (format !== 'webp' || lossless)) {
    const reason = lossless ? 'with lossless' : `for ${format}`;
    throw invalid('output_compression', `output_compression (${quality}) must be 100 or absent ${reason}`);
  }
  if (format !== 'webp' || lossless) return { format, quality: null };
  return { format, quality: quality == null ? IMAGE_FORMATS.webp.defaultQuality : Math.max(1, quality) };
}

function nounOf({ kind }: Layout): string {
  return kind === 'animation' ? 'an animation' : `a ${kind}`;
}

function checkPixels(count: number, size: number): void {
  const pixels = count * size ** 2;
  if (pixels <= MAX_COMPOSED_PIXELS) return;
  throw invalid(
    'size',
    `size (${size}x${size}) makes ${pixels} pixels of ${count} pictures; allowed are ${MAX_COMPOSED_PIXELS} together`,
  );
}

function onlyOf(param: 'fps' | 'columns', noun: string, made: InterpolationRequest['output']): ApiError {
  return invalid(param, `${param} is for ${noun}; output is ${made}`);
}

function invalid(param: string, message: string): ApiError {
  return new ApiError('invalid_request', { param, message });
}
