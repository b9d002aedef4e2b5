import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { sessionOptionsOf } from '../../../gpu-backend/runtime/execution-provider.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';

const settings = { threads: 2, convolutionSearch: 'exhaustive' } as const;

it('names one provider alone, and tells CUDA how to search', () => {
  expect(sessionOptionsOf('cuda', settings)).toMatchObject({
    executionProviders: ['cuda'],
    intraOpNumThreads: 2,
    extra: { ep: { cudaexecutionprovider: { cudnn_conv_algo_search: 'EXHAUSTIVE', use_tf32: '0' } } },
  });
  expect(sessionOptionsOf('webgpu', settings)).not.toHaveProperty('extra');
});

it('reaches onnxruntime’s session configuration through `extra`, dots as levels', async () => {
  // Of all entries this one shows without a GPU that it arrived: the CPU may not run what the CPU is there for.
  const extra = { session: { disable_cpu_ep_fallback: '1' } };
  const session = InferenceSession.create(join(EMOJI_MODEL, 'text-encoder.onnx'), {
    ...sessionOptionsOf('cpu', settings),
    extra,
  });
  await expect(session).rejects.toThrow('fallback to CPU EP has been explicitly disabled');
});
