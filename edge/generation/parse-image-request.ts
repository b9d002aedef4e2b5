import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import { createImageRequestSchema, type ImageRequest } from './image-request.ts';

/** Values longer than this are not repeated in a message. */
const MAX_QUOTED_CHARACTERS = 60;

/** Checks bodies against the schema; the first problem is told with its field, its value (a prompt’s never) and what is allowed. */
export function createImageRequestParser(model: ModelCard): (body: unknown) => ImageRequest {
  const schema = createImageRequestSchema(model);
  const allowed = Object.keys(schema.shape).join(', ');
  return (body) => {
    const unknown = isObject(body) && Object.keys(body).find((key) => !Object.hasOwn(schema.shape, key));
    if (typeof unknown === 'string') {
      throw invalid(unknown, `${quote(unknown)} is not a field; allowed are ${allowed}`);
    }
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const path = issue?.path ?? [];
    if (path.length === 0) throw invalid('body', 'body must be a JSON object');
    const param = path.reduce<string>(
      (name, key) => (typeof key === 'number' ? `${name}[${key}]` : `${name}${String(key)}`),
      '',
    );
    const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], body);
    throw invalid(
      param,
      `${param}${param === 'prompt' ? '' : shown(value)} ${issue?.message ?? 'is not valid'}`,
    );
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** ` (value)` where that helps: long values are not repeated. */
function shown(value: unknown): string {
  if (value === undefined) return '';
  const text = JSON.stringify(value);
  return text.length <= MAX_QUOTED_CHARACTERS ? ` (${text})` : '';
}

function quote(text: string): string {
  return JSON.stringify(
    text.length <= MAX_QUOTED_CHARACTERS ? text : `${text.slice(0, MAX_QUOTED_CHARACTERS)}…`,
  );
}

function invalid(param: string, message: string): ApiError {
  return new ApiError('invalid_request', { param, message });
}
