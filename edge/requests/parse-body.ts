import type { z } from '@hono/zod-openapi';
import { ApiError } from '../../gpu-backend/contract/errors.ts';

/** Values longer than this are not repeated in a message. */
const MAX_QUOTED_CHARACTERS = 60;

/** Fields whose texts are not repeated in a message. */
const OF_PROMPTS: readonly PropertyKey[] = ['prompt', 'stages', 'values'];

/**
 * Checks a JSON object against a strict schema; the first problem is told with its field (`limits.day_units`), its value
 * (a prompt's never) and what is allowed, unknown fields before all others.
 * @throws ApiError `invalid_request`.
 */
export function parseBody<T extends z.ZodObject>(schema: T, body: unknown): z.infer<T> {
  // Not left to zod, which overlooks a field named `__proto__`.
  const unknown = isObject(body) && Object.keys(body).find((key) => !Object.hasOwn(schema.shape, key));
  if (typeof unknown === 'string') {
    throw unknownField(unknown, `; allowed are ${Object.keys(schema.shape).join(', ')}`);
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = firstOf(parsed.error.issues);
  const path = issue?.path ?? [];
  if (issue?.code === 'unrecognized_keys') throw unknownField(nameOf([...path, issue.keys[0] ?? '']), '');
  if (path.length === 0) throw invalid('body', 'body must be a JSON object');
  const param = nameOf(path);
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], body);
  const isText = path.some((part) => OF_PROMPTS.includes(part)) && typeof value !== 'number';
  throw invalid(param, `${param}${isText ? '' : shown(value)} ${issue?.message ?? 'is not valid'}`);
}

/** Where a field may be of several types, what is wrong is told of the one that was given. */
function firstOf([issue]: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  if (issue?.code !== 'invalid_union') return issue;
  const ofItsType = issue.errors.filter(
    ([first]) => first && !(first.code === 'invalid_type' && first.path.length === 0),
  );
  const inside = ofItsType.length === 1 ? firstOf(ofItsType[0] ?? []) : undefined;
  return inside ? { ...inside, path: [...issue.path, ...inside.path] } : issue;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownField(name: string, allowed: string): ApiError {
  return invalid(name, `${quote(name)} is not a field${allowed}`);
}

/** `seeds[2]`, `limits.day_units` */
function nameOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`;
    return name === '' ? String(key) : `${name}.${String(key)}`;
  }, '');
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
