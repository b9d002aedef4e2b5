import { readText } from './literals.ts';
import type { PickleMachine } from './machine.ts';
import { MAX_GLOBAL_BYTES } from './pickle-limits.ts';
import { describe } from './pickle-value.ts';

export function readLine(machine: PickleMachine): string {
  const { bytes } = machine.source;
  const start = machine.position;
  const newline = bytes.subarray(start, start + MAX_GLOBAL_BYTES + 1).indexOf(0x0a);
  if (newline < 0) throw machine.error(`a global's name does not end within ${MAX_GLOBAL_BYTES} bytes`);
  const line = readText(machine, newline);
  machine.advance(1);
  return line;
}

export function pushGlobal(machine: PickleMachine, module: string, name: string): void {
  const label = `${module}.${name}`;
  const meaning = machine.source.resolveGlobal(module, name);
  if (meaning === undefined) {
    throw machine.error(`global ${JSON.stringify(label.slice(0, MAX_GLOBAL_BYTES))} is not allowed`);
  }
  machine.pushNode({ kind: 'global', label, meaning });
}

export function pushStackGlobal(machine: PickleMachine): void {
  const [module, name] = machine.popMany(2);
  if (typeof module !== 'string' || typeof name !== 'string') {
    throw machine.error('STACK_GLOBAL needs two strings');
  }
  pushGlobal(machine, module, name);
}

/** BINPERSID: a storage, which lies outside of the pickle. */
export function pushPersistent(machine: PickleMachine): void {
  const id = machine.pop();
  const fail = (reason: string) => machine.error(`persistent id: ${reason}`);
  if (typeof id !== 'object' || id?.kind !== 'tuple') throw fail(`is ${describe(id)} instead of a tuple`);
  machine.pushNode(machine.source.loadStorage(id, fail));
}
