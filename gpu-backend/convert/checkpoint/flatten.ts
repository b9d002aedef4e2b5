import type { CheckpointError } from './checkpoint-error.ts';
import type { PickleDict, PickleValue } from './pickle/pickle-value.ts';
import type { StoredTensor } from './pickle/stored-tensor.ts';

/** `model/netG/<key>` and an optimiser's `state/0/exp_avg` have depth 4; TorchScript's CLIP has 7. */
const MAX_DEPTH = 32;
/** A memoised value may stand in many places: the places are limited, else 100 small dictionaries could make 2^100. */
const MAX_VISITS = 1_000_000;
/** Longest known: 80 characters. */
const MAX_NAME_LENGTH = 1_024;
/** The official checkpoint with both optimisers has some 1,500. */
const MAX_TENSORS = 65_536;

/**
 * Names each tensor in `value`: dictionary keys and list indices joined by `/`, attributes of TorchScript modules by dots.
 * Whatever is no tensor and holds none is left out.
 */
export function flattenTensors(
  value: PickleValue,
  error: (reason: string) => CheckpointError,
): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  let visits = 0;

  function visit(name: string, value: PickleValue, depth: number): void {
    if (++visits > MAX_VISITS) throw error(`holds more than ${MAX_VISITS} values`);
    if (typeof value !== 'object' || value === null) return;
    if (depth > MAX_DEPTH) throw error(`is nested deeper than ${MAX_DEPTH}, or contains itself`);
    if (name.length > MAX_NAME_LENGTH) {
      throw error(
        `has a name longer than ${MAX_NAME_LENGTH} characters: ${JSON.stringify(name.slice(0, 80))}…`,
      );
    }
    switch (value.kind) {
      case 'tensor':
        if (tensors.has(name)) throw error(`has two tensors called ${JSON.stringify(name)}`);
        if (tensors.size >= MAX_TENSORS) throw error(`holds more than ${MAX_TENSORS} tensors`);
        tensors.set(name, value.tensor);
        return;
      case 'dict':
        visitDict(name, '/', value, depth);
        return;
      case 'script-object':
        if (value.attributes !== undefined) visitDict(name, '.', value.attributes, depth);
        return;
      case 'list':
      case 'tuple':
        for (const [index, item] of value.items.entries())
          visit(join(name, '/', String(index)), item, depth + 1);
        return;
      default:
        return;
    }
  }

  function visitDict(name: string, separator: string, dict: PickleDict, depth: number): void {
    for (const [key, item] of dict.entries) visit(join(name, separator, String(key)), item, depth + 1);
  }

  visit('', value, 0);
  return tensors;
}

function join(name: string, separator: string, key: string): string {
  return name === '' ? key : `${name}${separator}${key}`;
}
