import { z } from '@hono/zod-openapi';

/** What the OpenAPI entries of POSTs behind `answerOnce` say of it. */
export const IDEMPOTENCY_KEY = {
  'idempotency-key': z
    .string()
    .regex(/^[!-~]{1,255}$/u)
    .optional()
    .openapi({
      description:
        'Names the request for 24 hours: sent again under the same key it is not done or charged again, but answered as before, a stream by its last event; 409 while it is being answered.',
    }),
};

export const PREFER = {
  prefer: z
    .string()
    .optional()
    .openapi({ description: '`respond-async`: answer 202 with a job (RFC 7240).', example: 'respond-async' }),
};

export const IF_NONE_MATCH = {
  'if-none-match': z.string().optional().openapi({ description: 'Entity tags of what the client has.' }),
};

export const DRY_RUN_QUERY = z.strictObject({
  dry_run: z.enum(['true', 'false'], 'must be true or false').optional().openapi({
    description: 'true: nothing is made or charged; the answer says what the request would cost.',
  }),
});
