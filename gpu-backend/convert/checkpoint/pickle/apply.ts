import { setItem } from './containers.ts';
import type { PickleMachine } from './machine.ts';
import {
  describe,
  type PickleDict,
  type PickleGlobal,
  type PickleNode,
  type PickleTuple,
  type PickleValue,
} from './pickle-value.ts';
import { rebuildTensor } from './rebuild-tensor.ts';

/** REDUCE: what Python would call; here each global that may stand before it has its own inert meaning. */
export function applyReduce(machine: PickleMachine): void {
  const args = machine.pop();
  const callee = machine.pop();
  if (typeof callee !== 'object' || callee?.kind !== 'global') {
    throw machine.error(`REDUCE applies ${describe(callee)}, which is not a global`);
  }
  if (typeof args !== 'object' || args?.kind !== 'tuple') {
    throw machine.error(`REDUCE of ${callee.label} has ${describe(args)} as arguments instead of a tuple`);
  }
  machine.pushNode(reduce(machine, callee, args));
}

function reduce(machine: PickleMachine, callee: PickleGlobal, args: PickleTuple): PickleNode {
  const fail = (reason: string) => machine.error(`${callee.label}: ${reason}`);
  const { meaning } = callee;
  const [first = null, second] = args.items;
  switch (meaning.is) {
    case 'ordered-dict':
      return rebuildOrderedDict(machine, args);
    case 'tensor-v1':
    case 'tensor-v2':
    case 'tensor-v3':
      return { kind: 'tensor', tensor: rebuildTensor(meaning.is, args.items, fail) };
    case 'parameter':
      if (args.items.length !== 3 || typeof first !== 'object' || first?.kind !== 'tensor') {
        throw fail(`wraps ${describe(first)} instead of a tensor`);
      }
      return first;
    case 'script-tagged':
      if (args.items.length !== 2 || typeof first !== 'object' || first === null) {
        throw fail(`wraps ${describe(first)} instead of a list or dictionary`);
      }
      return first;
    case 'size':
    case 'script-list':
      if (
        args.items.length !== 1 ||
        typeof first !== 'object' ||
        (first?.kind !== 'tuple' && first?.kind !== 'list')
      ) {
        throw fail('needs one list or tuple');
      }
      return first;
    case 'device':
      if (
        typeof first !== 'string' ||
        args.items.length > 2 ||
        (second !== undefined && typeof second !== 'number')
      ) {
        throw fail('needs a name and perhaps a number');
      }
      return { kind: 'opaque', label: 'a device' };
    case 'storage':
    case 'dtype':
    case 'script-class':
      throw fail('cannot be applied by REDUCE');
  }
}

/** NEWOBJ: only classes of a TorchScript archive, which become plain holders of attributes. */
export function applyNewObject(machine: PickleMachine): void {
  const [callee, args] = machine.popMany(2) as [PickleValue, PickleValue];
  if (typeof callee !== 'object' || callee?.kind !== 'global' || callee.meaning.is !== 'script-class') {
    throw machine.error(`NEWOBJ of ${describe(callee)} is not allowed`);
  }
  if (typeof args !== 'object' || args?.kind !== 'tuple' || args.items.length !== 0) {
    throw machine.error(`NEWOBJ of ${callee.label} has arguments`);
  }
  machine.pushNode({ kind: 'script-object', label: callee.label, attributes: undefined });
}

/** BUILD: gives a TorchScript object its attributes; an OrderedDict's own attributes (`_metadata`) are dropped. */
export function applyBuild(machine: PickleMachine): void {
  const state = machine.pop();
  const target = machine.top();
  if (typeof state !== 'object' || state?.kind !== 'dict') {
    throw machine.error(`BUILD with ${describe(state)} instead of a dictionary`);
  }
  if (typeof target === 'object' && target?.kind === 'dict' && target.ordered) return;
  if (typeof target !== 'object' || target?.kind !== 'script-object') {
    throw machine.error(`BUILD of ${describe(target)} is not allowed`);
  }
  if (target.attributes !== undefined) throw machine.error(`BUILD of ${target.label} stands twice`);
  target.attributes = state;
}

/** `OrderedDict()`, or `OrderedDict([[key, value], …])` as Python 2 wrote it. */
function rebuildOrderedDict(machine: PickleMachine, args: PickleTuple): PickleDict {
  const dict: PickleDict = { kind: 'dict', ordered: true, entries: new Map() };
  const [pairs] = args.items;
  if (pairs === undefined) return dict;
  const fail = () => machine.error('OrderedDict needs nothing or one list of pairs');
  if (args.items.length !== 1 || typeof pairs !== 'object' || pairs?.kind !== 'list') throw fail();
  for (const pair of pairs.items) {
    const isPair =
      typeof pair === 'object' &&
      (pair?.kind === 'list' || pair?.kind === 'tuple') &&
      pair.items.length === 2;
    if (!isPair) throw fail();
    const [key, value] = pair.items as [PickleValue, PickleValue];
    setItem(machine, dict, key, value);
  }
  return dict;
}
