import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { readChain } from '../../gpu-backend/contract/prompt-chain.ts';
import { type ReadMix, readMix } from '../../gpu-backend/contract/prompt-mix.ts';
import type { UrlOptions } from './url-options.ts';

/** What a URL's text says of one picture: a prompt, or blends and stages. @throws ApiError `invalid_request`. */
export function readText(text: string, form: UrlOptions['prompt']): ReadMix {
  return form === 'mix' ? reading(() => readMix(text)) : { prompt: text };
}

/** The same of several. */
export function readTexts(text: string, form: UrlOptions['prompt']): ReadMix[] {
  return reading(() => readChain(text)).map((one) => readText(one, form));
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ApiError('invalid_request', { param: 'prompt', message: `prompt ${error.message}` });
  }
}
