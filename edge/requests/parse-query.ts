import type { z } from '@hono/zod-openapi';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { parseBody } from './parse-body.ts';

/**
 * Checks a URL's query against a strict schema of strings.
 * @throws ApiError `invalid_request` with the parameter that is unknown, wrong or given twice.
 */
export function parseQuery<T extends z.ZodObject>(schema: T, url: string): z.infer<T> {
  const parameters = [...new URL(url).searchParams];
  const given = new Set<string>();
  for (const [name] of parameters) {
    if (given.has(name))
      throw new ApiError('invalid_request', {
        param: name,
        message: `${name} is given twice; allowed is once`,
      });
    given.add(name);
  }
  return parseBody(schema, Object.fromEntries(parameters));
}
