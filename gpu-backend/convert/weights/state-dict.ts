import type { Checkpoint, CheckpointTensor } from '../checkpoint/checkpoint.ts';
import { CheckpointError } from '../checkpoint/checkpoint-error.ts';
import { matchesPattern } from './name-pattern.ts';

export interface StateDict {
  readonly file: string;
  /** Tensors of the state dict by their own names, prefix removed. */
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  /** Patterns of what was deliberately left out, each with the number of tensors that it met. */
  readonly ignored: Readonly<Record<string, number>>;
}

export interface StateDictOptions {
  /** What the checkpoint is to be, for the error. */
  readonly kind: string;
  /** Where a state dict of that kind may lie. */
  readonly prefixes: readonly string[];
  /** Tensors that tell the kind: one of them stands under the right prefix. */
  readonly landmarks: readonly string[];
  /** Outside of the state dict: patterns of whole names. */
  readonly ignoredOutside: readonly string[];
  /** In the state dict: patterns of names without prefix. */
  readonly ignoredInside: readonly string[];
}

/** As many of the unknown tensors are named in the error. */
const NAMED_TENSORS = 8;

/**
 * The state dict of a checkpoint, found by its landmarks.
 * @throws CheckpointError when there is none, when there are two, or when tensors outside of it are unknown.
 */
export function findStateDict(checkpoint: Checkpoint, options: StateDictOptions): StateDict {
  const { file } = checkpoint;
  const { kind, prefixes, landmarks, ignoredOutside, ignoredInside } = options;
  const found = prefixes.filter((prefix) => landmarks.some((name) => checkpoint.tensors.has(prefix + name)));
  const [prefix, another] = found;
  if (prefix === undefined || another !== undefined) {
    const count = prefix === undefined ? 'no' : 'more than one';
    const places = landmarks.map((name) => `"${name}"`).join(' or ');
    const reason = `there is ${count} ${kind} in it: looked for ${places} under ${prefixes.map((p) => `"${p}"`).join(', ')}`;
    throw new CheckpointError({ file, reason });
  }
  const tensors = new Map<string, CheckpointTensor>();
  const ignored: Record<string, number> = {};
  const unknown: string[] = [];
  for (const [name, tensor] of checkpoint.tensors) {
    const inside = name.startsWith(prefix);
    const own = inside ? name.slice(prefix.length) : name;
    // Under an empty prefix everything is inside: both lists apply.
    const patterns = inside ? [...ignoredInside, ...(prefix === '' ? ignoredOutside : [])] : ignoredOutside;
    const pattern = patterns.find((pattern) => matchesPattern(pattern, own));
    if (pattern !== undefined) ignored[pattern] = (ignored[pattern] ?? 0) + 1;
    else if (inside) tensors.set(own, tensor);
    else unknown.push(name);
  }
  refuseUnknown(file, unknown);
  return { file, tensors, ignored };
}

/** @throws CheckpointError that names the tensors, when there are any. */
export function refuseUnknown(file: string, names: readonly string[]): void {
  if (names.length === 0) return;
  const more = names.length > NAMED_TENSORS ? ` and ${names.length - NAMED_TENSORS} more` : '';
  const reason = `tensors that this model has no use for: ${names.slice(0, NAMED_TENSORS).join(', ')}${more}`;
  throw new CheckpointError({ file, reason });
}
