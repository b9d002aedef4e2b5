import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasExternalData } from '../../../gpu-backend/runtime/external-data.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';

/** A length-delimited protobuf field of fewer than 128 bytes. */
function field(number: number, ...parts: readonly (readonly number[])[]): number[] {
  const bytes = parts.flat();
  const tag = number * 8 + 2;
  return [...(tag < 128 ? [tag] : [(tag % 128) + 128, Math.floor(tag / 128)]), bytes.length, ...bytes];
}

const LOCATION = [14 * 8, 1];
const LOCATION_DEFAULT = [14 * 8, 0];
const EXTERNAL = field(13, field(1, [1]), field(2, [2]));
const IR_VERSION = [1 * 8, 10];
const RAW_DATA = field(9, [1, 2, 3, 4]);
const graph = 7;

describe('hasExternalData', () => {
  it.each([
    ['an initializer with a location', field(graph, field(5, RAW_DATA, LOCATION))],
    ['an initializer with a path alone', field(graph, field(5, EXTERNAL))],
    ['the second initializer', field(graph, field(5, RAW_DATA), field(5, EXTERNAL))],
    ['a constant node', field(graph, field(1, field(5, field(5, EXTERNAL))))],
    ['a subgraph', field(graph, field(1, field(5, field(6, field(5, EXTERNAL)))))],
    ['a sparse initializer', field(graph, field(15, field(1, EXTERNAL)))],
    ['a function', field(25, field(7, field(5, field(5, EXTERNAL))))],
  ])('finds it in %s', (_, bytes) => {
    expect(hasExternalData(Uint8Array.from([...IR_VERSION, ...bytes]))).toBe(true);
  });

  it('passes a model that holds its data itself', () => {
    const bytes = [...IR_VERSION, ...field(graph, field(5, RAW_DATA, LOCATION_DEFAULT))];
    expect(hasExternalData(Uint8Array.from(bytes))).toBe(false);
  });

  it.each(['generator.onnx', 'text-encoder.onnx'])('passes the default model’s %s', (name) => {
    expect(hasExternalData(readFileSync(join(EMOJI_MODEL, name)))).toBe(false);
  });

  it.each([
    ['text', [...new TextEncoder().encode('not a model')]],
    ['a field that ends outside', [graph * 8 + 2, 100, 1]],
    ['a varint without end', Array<number>(12).fill(0xff)],
  ])('refuses %s', (_, bytes) => {
    expect(() => hasExternalData(Uint8Array.from(bytes))).toThrow(/not a protobuf/u);
  });
});
