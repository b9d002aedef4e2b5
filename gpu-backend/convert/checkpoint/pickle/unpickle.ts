import { checkFrame } from './framing.ts';
import { INSTRUCTIONS, type Instruction } from './instructions.ts';
import { PickleMachine, type PickleSource } from './machine.ts';
import { MAX_OPCODES } from './pickle-limits.ts';
import type { PickleValue } from './pickle-value.ts';
import { REFUSED_OPCODES } from './refused-opcodes.ts';

/**
 * Builds the inert value of one pickle of protocol 2 to 5. Nothing is called and nothing looked up but the source's table.
 * @returns the value and the index after STOP.
 * @throws CheckpointError at the first opcode, global or argument that torch's picklers would not have written.
 */
export function unpickle(source: PickleSource): { value: PickleValue; end: number } {
  const machine = new PickleMachine(source);
  for (let count = 0; !machine.stopped; count++) {
    machine.opcodeAt = machine.position;
    if (count >= MAX_OPCODES) throw machine.error(`has more than ${MAX_OPCODES} opcodes`);
    if (machine.position >= source.bytes.length) throw machine.error('ends without STOP');
    readInstruction(machine).run(machine);
    checkFrame(machine);
  }
  return { value: machine.finish(), end: machine.position };
}

function readInstruction(machine: PickleMachine): Instruction {
  const byte = machine.readUint8();
  const instruction = INSTRUCTIONS.get(byte);
  if (instruction === undefined) {
    const name = REFUSED_OPCODES.get(byte);
    throw machine.error(
      name === undefined
        ? `0x${byte.toString(16).padStart(2, '0')} is no opcode`
        : `opcode ${name} is not allowed`,
    );
  }
  const isStart = machine.opcodeAt === machine.source.start;
  if (isStart !== (instruction.name === 'PROTO')) {
    throw machine.error(isStart ? 'does not begin with PROTO' : 'PROTO stands twice');
  }
  if (machine.protocol !== undefined && instruction.protocol > machine.protocol) {
    throw machine.error(`opcode ${instruction.name} is newer than the pickle's protocol ${machine.protocol}`);
  }
  return instruction;
}
