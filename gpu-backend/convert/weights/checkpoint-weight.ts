import type { CheckpointTensor, DType } from '../checkpoint/checkpoint.ts';
import { CheckpointError } from '../checkpoint/checkpoint-error.ts';
import type { FloatTensor } from '../graph/tensors/float-tensor.ts';

type FloatBytes = Uint8Array<ArrayBuffer>;

/** Little-endian elements → float32; exact but for float64, which is rounded to nearest. */
const DECODERS: Partial<Record<DType, (bytes: FloatBytes) => Float32Array<ArrayBuffer>>> = {
  float64: (bytes) => new Float32Array(new Float64Array(aligned(bytes))),
  float32: (bytes) => new Float32Array(aligned(bytes)),
  float16: (bytes) => new Float32Array(new Float16Array(aligned(bytes))),
  bfloat16(bytes) {
    // bfloat16 is the upper half of a float32.
    const halves = new Uint16Array(aligned(bytes));
    return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
  },
};

function aligned({ buffer, byteOffset, byteLength }: FloatBytes): ArrayBuffer {
  return byteOffset === 0 && byteLength === buffer.byteLength
    ? buffer
    : buffer.slice(byteOffset, byteOffset + byteLength);
}

/**
 * A checkpoint's tensor as float32 weights.
 * @throws CheckpointError when its elements are not floating point; on reading, when one is infinite or not a number.
 */
export function checkpointWeight(file: string, name: string, tensor: CheckpointTensor): FloatTensor {
  const decode = DECODERS[tensor.dtype];
  if (!decode) {
    const reason = `tensor ${name} is ${tensor.dtype}; expected ${Object.keys(DECODERS).join(', ')}`;
    throw new CheckpointError({ file, reason });
  }
  return {
    shape: tensor.shape,
    isFloat16: tensor.dtype === 'float16',
    read() {
      const values = decode(tensor.read());
      const at = values.findIndex((value) => !Number.isFinite(value));
      if (at >= 0) {
        throw new CheckpointError({ file, reason: `tensor ${name} holds ${values[at]} at element ${at}` });
      }
      return values;
    },
  };
}
