import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import { type PlannedPicture, planPictures } from '../generation/plan-pictures.ts';
import type { GridAxis, GridRequest } from './grid-request.ts';

/** What a cell has, from the request or an axis. */
interface Cell {
  readonly prompt?: GridRequest['prompt'];
  readonly seed?: number | null | undefined;
  readonly truncation?: number | null | undefined;
  readonly variation_seed?: number | null | undefined;
  readonly variation_strength?: number | null | undefined;
}

/**
 * The cells of a valid request, row by row: ordinary pictures, png, each under its own name.
 * @throws ApiError as `planPictures`; `invalid_request` where axes and fields do not go together.
 */
export async function planCells(
  request: GridRequest,
  model: ModelCard,
  tenant: string,
): Promise<PlannedPicture[]> {
  const { columns, rows, prompt, seed, truncation, variation, stages, size, visibility } = request;
  if (columns.parameter === rows.parameter) {
    throw contradiction('rows.parameter', `rows and columns have both the parameter ${rows.parameter}`);
  }
  const whole: Cell = {
    prompt,
    seed,
    truncation,
    variation_seed: variation?.seed,
    variation_strength: variation?.strength,
  };
  for (const [name, { parameter }] of Object.entries({ columns, rows })) {
    if (whole[parameter] == null) continue;
    const field = parameter.replace('_', '.');
    throw contradiction(field, `${field} is given for all cells, and by the ${name}; allowed is one of them`);
  }
  const common = { stages, size, visibility, model: request.model, output_format: 'png' } as const;
  const cells = valuesOf(rows).flatMap((row) =>
    valuesOf(columns).map((column): Cell => ({ ...whole, ...row, ...column })),
  );
  return Promise.all(
    cells.map(async (cell) => {
      const wanted = { seed: cell.seed ?? 0, truncation: cell.truncation, ...variationOf(cell) };
      const [picture] = await planPictures({ ...common, ...wanted, prompt: promptOf(cell) }, model, tenant);
      if (!picture) throw new Error('a valid request asks for at least one picture');
      return picture;
    }),
  );
}

function valuesOf({ parameter, values }: GridAxis): Cell[] {
  return values.map((value) => ({ [parameter]: value }));
}

function promptOf({ prompt }: Cell): NonNullable<GridRequest['prompt']> {
  if (prompt != null) return prompt;
  throw contradiction('prompt', 'prompt is missing: it is neither given nor on an axis');
}

function variationOf({ variation_seed: seed, variation_strength: strength }: Cell) {
  if (seed == null && strength == null) return {};
  if (seed != null && strength != null) return { variation: { seed, strength } };
  const missing = seed == null ? 'seed' : 'strength';
  throw contradiction(
    `variation.${missing}`,
    `variation.${missing} is missing: a variation has seed and strength, each given or on an axis`,
  );
}

function contradiction(param: string, message: string): ApiError {
  return new ApiError('invalid_request', { param, message });
}
