import { describe, expect, it } from 'vitest';
import { ApiError, ERROR_CODES, type ErrorCode } from '../../gpu-backend/contract/errors.ts';

describe('ApiError', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])("%s has OpenAI's body, is never cached", async (code) => {
    const response = new ApiError(code, {
      param: 'size',
      cause: new Error('inner secret'),
    }).toResponse();
    const text = await response.text();
    const { status, type, message } = ERROR_CODES[code];
    expect(response.status).toBe(status);
    expect(JSON.parse(text)).toEqual({
      error: { message, type, code, param: 'size' },
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(text).not.toContain('inner secret');
    expect(response.headers.has('retry-after')).toBe(status >= 503);
  });

  it('tells the wait that it was given', () => {
    const response = new ApiError('backend_unavailable', {
      retryAfterS: 9,
    }).toResponse();
    expect(response.headers.get('retry-after')).toBe('9');
  });
});
