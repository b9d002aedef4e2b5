import type { PickleMachine } from './machine.ts';

const MIN_PROTOCOL = 2;
const MAX_PROTOCOL = 5;

export function startProtocol(machine: PickleMachine): void {
  const protocol = machine.readUint8();
  if (protocol < MIN_PROTOCOL || protocol > MAX_PROTOCOL) {
    throw machine.error(`protocol ${protocol}; allowed are ${MIN_PROTOCOL} to ${MAX_PROTOCOL}`);
  }
  machine.protocol = protocol;
}

export function startFrame(machine: PickleMachine): void {
  const length = machine.readUint64();
  if (machine.frameEnd !== undefined) throw machine.error('a frame begins within a frame');
  const end = machine.position + length;
  if (end > machine.source.bytes.length) throw machine.error('a frame is longer than the pickle');
  machine.frameEnd = end;
}

/** An opcode may not straddle the end of a frame: readers that honour frames would see another pickle. */
export function checkFrame(machine: PickleMachine): void {
  if (machine.frameEnd === undefined || machine.position < machine.frameEnd) return;
  if (machine.position > machine.frameEnd) throw machine.error('an opcode straddles the end of its frame');
  machine.frameEnd = undefined;
}
