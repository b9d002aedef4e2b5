import type { z } from 'zod';
import { ApiError } from '../contract/errors.ts';

/** Longer values, and all prompts, are not repeated in messages. */
const QUOTED_VALUE_LIMIT = 40;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A JSON body after its schema.
 * @throws ApiError `invalid_request` naming the first wrong field as `images[0].seed`, its value and what is allowed.
 */
export function parseBody<T>(body: Uint8Array, schema: z.ZodType<T>): T {
  const value = parseJson(body);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue?.path;
  const param = fieldName(path ?? []);
  const message = `${param || 'body'}${quotedValue(value, path ?? [])}: ${issue?.message}`;
  throw new ApiError('invalid_request', { message, ...(param && { param }) });
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(UTF8.decode(body));
  } catch {
    // The parser's own message quotes the text around the fault, prompts too.
    throw new ApiError('invalid_request', { message: 'The body is not JSON in UTF-8.' });
  }
}

function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./u, '');
}

function quotedValue(root: unknown, path: readonly PropertyKey[]): string {
  let value = root;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined | null)?.[key];
  const isText = path.includes('prompt') || path.includes('stages');
  const isShown = value !== undefined && typeof value !== 'object' && !isText;
  const text = isShown ? JSON.stringify(value) : '';
  return text === '' || text.length > QUOTED_VALUE_LIMIT ? '' : ` is ${text}`;
}
