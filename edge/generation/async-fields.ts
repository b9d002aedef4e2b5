import { z } from '@hono/zod-openapi';
import { webhookUrlProblem } from '../webhooks/webhook-url.ts';

/** A day: a picture that nobody needed for so long nobody needs. */
const MAX_DEADLINE_S = 86_400;
const DEADLINE = `must be an integer, 1 … ${MAX_DEADLINE_S}`;

/** Fields of an image request that is to be done later. */
export const ASYNC_FIELDS = {
  async: z.boolean('must be true or false').nullish().openapi({
    description: 'true: answer 202 with a job at once, as with the header `Prefer: respond-async`.',
    default: false,
  }),
  deadline: z.int(DEADLINE).min(1, DEADLINE).max(MAX_DEADLINE_S, DEADLINE).nullish().openapi({
    description: 'Of a job: seconds after which it expires. One hour unless given.',
  }),
  webhook: z
    .string('must be a URL')
    .superRefine((text, context) => {
      const problem = webhookUrlProblem(text);
      if (problem !== undefined) context.addIssue(problem);
    })
    .nullish()
    .openapi({
      description: 'Of a job: public https URL that is told its end (Standard Webhooks).',
      format: 'uri',
    }),
};
