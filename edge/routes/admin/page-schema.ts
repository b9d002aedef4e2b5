import { z } from '@hono/zod-openapi';
import { cursorOf, type Page, type PageRequest, parseCursor } from '../../keys/page.ts';

const MAX_PAGE = 100;
const DEFAULT_PAGE = 20;

/** Query parameters of every list. */
export const PAGE_PARAMETERS = {
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|100)$/u, `must be an integer, 1 … ${MAX_PAGE}`)
    .optional()
    .openapi({
      description: 'Entries at most.',
      type: 'integer',
      minimum: 1,
      maximum: MAX_PAGE,
      default: DEFAULT_PAGE,
    }),
  after: z
    .string()
    .refine((text) => parseCursor(text) !== undefined, 'must be the next_cursor of an earlier page')
    .optional()
    .openapi({ description: '`next_cursor` of the page before.' }),
};

export function pageRequestOf(query: {
  limit?: string | undefined;
  after?: string | undefined;
}): PageRequest {
  const { limit, after } = query;
  return {
    limit: limit === undefined ? DEFAULT_PAGE : Number(limit),
    after: after === undefined ? undefined : parseCursor(after),
  };
}

export function pageSchemaOf<T extends z.ZodType>(entry: T) {
  return z.object({
    object: z.literal('list'),
    data: z.array(entry).openapi({ description: 'Newest first.' }),
    next_cursor: z.string().nullable().openapi({ description: 'For `after`; null: this is the last page.' }),
  });
}

export function pageBody<T, Entry>(page: Page<T>, describe: (entry: T) => Entry) {
  return {
    object: 'list' as const,
    data: page.entries.map(describe),
    next_cursor: page.next ? cursorOf(page.next) : null,
  };
}
