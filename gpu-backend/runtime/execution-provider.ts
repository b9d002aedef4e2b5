import type { InferenceSession } from 'onnxruntime-node';

/** What onnxruntime can run a model on. WebGPU runs on any GPU with a Vulkan, Metal or Direct3D 12 driver. */
export const EXECUTION_PROVIDERS = ['cuda', 'webgpu', 'cpu'] as const;
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];

/**
 * How cuDNN finds the fastest kernel of a convolution, each time that it meets a new shape: by its own guess, in
 * milliseconds, or by trying them all, which may take seconds for each batch size.
 */
export const CONVOLUTION_SEARCHES = ['heuristic', 'exhaustive'] as const;
export type ConvolutionSearch = (typeof CONVOLUTION_SEARCHES)[number];

/** onnxruntime's severities run from 0, verbose, to 4, fatal; what lies below comes to us as an exception anyway. */
const LOG_FATAL = 4;

export interface SessionSettings {
  /** Threads of one operator; 0 = one a core. */
  readonly threads: number;
  readonly convolutionSearch: ConvolutionSearch;
}

/**
 * One provider alone, since onnxruntime fails as a whole where the first of several cannot start; what falls back to
 * another is up to the caller. Operators that the provider does not have run on the CPU all the same.
 */
export function sessionOptionsOf(
  provider: ExecutionProvider,
  { threads, convolutionSearch }: SessionSettings,
): InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
    logSeverityLevel: LOG_FATAL,
    ...(provider === 'cuda' && { extra: { ep: { cudaexecutionprovider: cudaOptions(convolutionSearch) } } }),
  };
}

/**
 * The binding for Node hands CUDA its device and nothing else; the rest reaches it as entries of the session's
 * configuration.
 * @see https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html#configuration-options
 */
function cudaOptions(convolutionSearch: ConvolutionSearch): Readonly<Record<string, string>> {
  return {
    cudnn_conv_algo_search: convolutionSearch.toUpperCase(),
    // Ten bits of mantissa would pass for float32, and fail the parity that float32 models are checked for.
    use_tf32: '0',
  };
}
