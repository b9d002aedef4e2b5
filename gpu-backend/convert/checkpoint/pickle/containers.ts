import type { PickleMachine } from './machine.ts';
import { describe, type PickleDict, type PickleValue } from './pickle-value.ts';

export function append(machine: PickleMachine, items: readonly PickleValue[]): void {
  const list = machine.top();
  if (typeof list !== 'object' || list?.kind !== 'list') {
    throw machine.error(`APPEND to ${describe(list)} instead of a list`);
  }
  for (const item of items) list.items.push(item);
}

export function setItems(machine: PickleMachine, items: readonly PickleValue[]): void {
  const dict = machine.top();
  if (typeof dict !== 'object' || dict?.kind !== 'dict') {
    throw machine.error(`SETITEM on ${describe(dict)} instead of a dictionary`);
  }
  if (items.length % 2 !== 0) throw machine.error('SETITEMS has a key without a value');
  for (let index = 0; index < items.length; index += 2) {
    setItem(machine, dict, items[index] as PickleValue, items[index + 1] as PickleValue);
  }
}

/** Sets one item; a pickler never writes the same key twice. */
export function setItem(
  machine: PickleMachine,
  dict: PickleDict,
  key: PickleValue,
  value: PickleValue,
): void {
  if (typeof key === 'object' && key !== null) throw machine.error(`a dictionary key is ${describe(key)}`);
  if (dict.entries.has(key)) {
    throw machine.error(`dictionary key ${JSON.stringify(String(key).slice(0, 200))} stands twice`);
  }
  dict.entries.set(key, value);
}
