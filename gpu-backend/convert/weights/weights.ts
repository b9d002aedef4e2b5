import { CheckpointError } from '../checkpoint/checkpoint-error.ts';
import type { FloatTensor } from '../graph/tensors/float-tensor.ts';

/**
 * The tensors of one state dict, each of which is taken exactly once; sizes of a model are read from their shapes.
 * All names are relative to the scope.
 */
export interface Weights {
  /** Of the checkpoint, for errors. */
  readonly file: string;
  /** Name as it stands in the state dict. */
  nameOf(name: string): string;
  has(name: string): boolean;
  /**
   * How many numbers stand behind `list` (`list.0.…`, `list.1.…`); where one is left out, its tensors will be missed.
   * @throws CheckpointError when there is none.
   */
  count(list: string): number;
  /**
   * The shape of a tensor that has as many dimensions as asked for.
   * @throws CheckpointError when it is missing or has another number of dimensions.
   */
  shape<const Axes extends readonly string[]>(name: string, axes: Axes): { [Axis in keyof Axes]: number };
  /**
   * The tensor, now used.
   * @throws CheckpointError when it is missing or has another shape.
   */
  take(name: string, shape: readonly number[]): FloatTensor;
  /** Marks a tensor, if it is there, as deliberately left out. */
  ignore(name: string): void;
  /** The same tensors under a prefix. */
  within(scope: string): Weights;
  /** Tensors that were neither taken nor ignored, as named in the state dict. */
  leftOver(): readonly string[];
  /** Tensors that were ignored, as named in the state dict. */
  ignored(): readonly string[];
}

export function createWeights(file: string, tensors: ReadonlyMap<string, FloatTensor>): Weights {
  const taken = new Set<string>();
  const ignored = new Set<string>();

  function find(name: string, expected: string): FloatTensor {
    const tensor = tensors.get(name);
    if (!tensor)
      throw new CheckpointError({ file, reason: `tensor ${name} is missing; expected ${expected}` });
    return tensor;
  }

  function scoped(prefix: string): Weights {
    return {
      file,
      nameOf: (name) => prefix + name,
      has: (name) => tensors.has(prefix + name),
      count(list) {
        const start = `${prefix}${list}.`;
        const members = [...tensors.keys()].filter((name) => name.startsWith(start));
        const numbers = new Set(members.map((name) => name.slice(start.length).split('.', 1)[0]));
        if (numbers.size > 0) return numbers.size;
        throw new CheckpointError({ file, reason: `tensors ${start}0.… are missing; expected one or more` });
      },
      shape<const Axes extends readonly string[]>(name: string, axes: Axes) {
        const expected = `[${axes.join(', ')}]`;
        const { shape } = find(prefix + name, expected);
        if (shape.length !== axes.length || shape.includes(0)) {
          throw new CheckpointError({ file, reason: misshapen(prefix + name, shape, expected) });
        }
        return shape as unknown as { [Axis in keyof Axes]: number };
      },
      take(name, expectedShape) {
        const full = prefix + name;
        const expected = `[${expectedShape.join(', ')}]`;
        const tensor = find(full, expected);
        if (String(tensor.shape) !== String(expectedShape)) {
          throw new CheckpointError({ file, reason: misshapen(full, tensor.shape, expected) });
        }
        if (taken.has(full)) throw new Error(`tensor ${full} was taken twice`);
        taken.add(full);
        return tensor;
      },
      ignore(name) {
        if (tensors.has(prefix + name)) ignored.add(prefix + name);
      },
      within: (scope) => scoped(`${prefix}${scope}.`),
      leftOver: () => [...tensors.keys()].filter((name) => !taken.has(name) && !ignored.has(name)),
      ignored: () => [...ignored],
    };
  }
  return scoped('');
}

function misshapen(name: string, found: readonly number[], expected: string): string {
  return `tensor ${name} has shape [${found.join(', ')}]; expected ${expected}`;
}
