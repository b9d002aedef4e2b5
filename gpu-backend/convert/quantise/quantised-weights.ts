import type { Initialiser } from '../graph/graph.ts';
import { elementCount, type FloatTensor } from '../graph/tensors/float-tensor.ts';
import type { Scales } from './scales.ts';

/**
 * Half of what int8 holds: without VNNI, onnxruntime's x86 kernels add two products of a uint8 and an int8 in 16 bits, which
 * saturate above 2 · 255 · 63. It costs emoji-64 less than a decibel.
 */
const MAX_WEIGHT = 63;

/** Constants of a convolution in eight bits, computed as they are written. */
export interface QuantisedWeights {
  /** int8 `[out, …]`, −63 … 63 */
  readonly weight: Initialiser;
  /** float32 `[out]`: units of the output's bytes to one of a product. */
  readonly scale: Initialiser;
  /** int8 `[out]`, all zero: weights are as often below zero as above. */
  readonly zeroPoint: Initialiser;
  /** int32 `[out]`, in units of the products; the output's zero point is in it. */
  readonly bias: Initialiser;
}

export interface QuantiseWeightsOptions {
  /** Of all constants. */
  readonly name: string;
  /** `[out, in, h, w]` */
  readonly weight: FloatTensor;
  /** `[out]` */
  readonly bias: FloatTensor;
  readonly input: Scales;
  readonly output: Scales;
}

/**
 * Weights in eight bits, one scale an output channel, which takes in the scales of the input's and output's channels: the
 * convolution itself knows none but 1.
 */
export function quantiseWeights(options: QuantiseWeightsOptions): QuantisedWeights {
  const { name, weight, bias, output } = options;
  const [out = 0] = weight.shape;
  const read = (): Scaled => scaled(options);
  return {
    weight: {
      name: `${name}.int8`,
      type: 'int8',
      shape: weight.shape,
      read() {
        const { values, units, perOutput } = read();
        const bytes = Int8Array.from(values, (value, at) =>
          Math.round(value / (units[Math.floor(at / perOutput)] as number)),
        );
        return new Uint8Array(bytes.buffer);
      },
    },
    scale: {
      name: `${name}.scale`,
      type: 'float32',
      shape: [out],
      read() {
        const scales = Float32Array.from(read().units, (unit, at) => unit / (output.scale[at] as number));
        return new Uint8Array(scales.buffer);
      },
    },
    zeroPoint: { name: `int8.zeros.${out}`, type: 'int8', shape: [out], read: () => new Uint8Array(out) },
    bias: {
      name: `${name}.bias`,
      type: 'int32',
      shape: [out],
      read() {
        const biases = bias.read();
        const { units } = read();
        const products = Int32Array.from(units, (unit, at) => {
          const zero = (output.zeroPoint[at] as number) * (output.scale[at] as number);
          return Math.round(((biases[at] as number) + zero) / unit);
        });
        return new Uint8Array(products.buffer);
      },
    },
  };
}

interface Scaled {
  /** The weights for bytes in place of values. */
  readonly values: Float64Array;
  /** What one step of an output channel's int8 is worth. */
  readonly units: Float64Array;
  readonly perOutput: number;
}

function scaled({ weight, input }: QuantiseWeightsOptions): Scaled {
  const [out = 0, into = 0] = weight.shape;
  const taps = elementCount(weight.shape.slice(2));
  const perOutput = into * taps;
  const values = Float64Array.from(
    weight.read(),
    (value, at) => value * (input.scale[Math.floor(at / taps) % into] as number),
  );
  const units = Float64Array.from({ length: out }, (_, channel) => {
    const own = values.subarray(channel * perOutput, (channel + 1) * perOutput);
    return own.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / MAX_WEIGHT || 1;
  });
  return { values, units, perOutput };
}
