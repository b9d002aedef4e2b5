import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { MAX_BODY_BYTES } from '../../gpu-backend/contract/generate.ts';
import { repeatedField } from '../requests/repeated-field.ts';

/**
 * A request's JSON body.
 * @throws ApiError `invalid_request` with param `body` when it is not JSON, not UTF-8 or larger than 64 KiB (a body of
 * unknown length is read no further than that); with a field's name when that stands twice in one object.
 */
export async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type');
  if (!/^application\/json\s*(?:;|$)/iu.test(type ?? '')) {
    throw invalidBody(`content-type is ${JSON.stringify(type)}; allowed is "application/json"`);
  }
  const bytes = await readBody(request);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw invalidBody('body is not valid JSON in UTF-8');
  }
  return parseJson(text);
}

/** @throws ApiError `invalid_request` with param `body` when it is not JSON; with a field's name when that stands twice. */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which must reach no log.
    throw invalidBody('body is not valid JSON in UTF-8');
  }
  const param = repeatedField(text);
  if (param === undefined) return value;
  throw new ApiError('invalid_request', { param, message: `${param} is given twice; allowed is once` });
}

/** A request's body. @throws ApiError `invalid_request` when it is larger than 64 KiB; it is read no further. */
export async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const bytes = new Uint8Array(MAX_BODY_BYTES);
  let length = 0;
  for await (const chunk of request.body ?? []) {
    if (length + chunk.length > MAX_BODY_BYTES) throw tooLarge();
    bytes.set(chunk, length);
    length += chunk.length;
  }
  return bytes.subarray(0, length);
}

function tooLarge(): ApiError {
  return invalidBody(`body is larger than ${MAX_BODY_BYTES} bytes, which is what is allowed`);
}

function invalidBody(message: string): ApiError {
  return new ApiError('invalid_request', { message, param: 'body' });
}
