import { z } from '@hono/zod-openapi';
import { DELIVERY_STATUSES, WEBHOOK_EVENTS, type WebhookEndpoint } from '../../webhooks/webhook.ts';
import { MAX_ENDPOINTS } from '../../webhooks/webhook-endpoints.ts';
import type { DeliveryWithLog } from '../../webhooks/webhook-outbox.ts';
import { webhookUrlProblem } from '../../webhooks/webhook-url.ts';

const MAX_DESCRIPTION = 256;
const EVENTS = `must be a list of some of ${WEBHOOK_EVENTS.join(', ')}, each once`;

const seconds = z.int().openapi({ description: 'Seconds since 1970.' });

export const urlSchema = z
  .string('must be a URL')
  .superRefine((text, context) => {
    const problem = webhookUrlProblem(text);
    if (problem !== undefined) context.addIssue(problem);
  })
  .openapi({
    description: 'On the public internet, by https. Redirects are not followed.',
    format: 'uri',
    example: 'https://example.com/hook',
  });

export const descriptionSchema = z
  .string('must be a string')
  .max(MAX_DESCRIPTION, `must have at most ${MAX_DESCRIPTION} characters`);

export const eventsSchema = z
  .array(z.enum(WEBHOOK_EVENTS, `must be one of ${WEBHOOK_EVENTS.join(', ')}`), EVENTS)
  .min(1, EVENTS)
  .refine((events) => new Set(events).size === events.length, EVENTS)
  .openapi({ description: 'What is told.' });

export const endpointSchema = z
  .object({
    id: z.string(),
    object: z.literal('webhook_endpoint'),
    url: z.url(),
    description: z.string(),
    events: z.array(z.enum(WEBHOOK_EVENTS)),
    enabled: z.boolean().openapi({ description: 'An endpoint that answers 410 is disabled.' }),
    created_at: seconds,
  })
  .openapi('WebhookEndpoint');

export const endpointWithSecretSchema = z
  .object({ ...endpointSchema.shape, secret: z.string().openapi({ example: 'whsec_…' }) })
  .openapi('WebhookEndpointWithSecret');

export const endpointsSchema = z
  .object({
    object: z.literal('list'),
    data: z.array(endpointSchema).openapi({ description: `At most ${MAX_ENDPOINTS}, the oldest first.` }),
  })
  .openapi('WebhookEndpoints');

export const deliverySchema = z
  .object({
    id: z.string(),
    object: z.literal('webhook_delivery'),
    message_id: z.string().openapi({ description: '`webhook-id` of every try.' }),
    type: z.enum(WEBHOOK_EVENTS),
    status: z.enum(DELIVERY_STATUSES),
    tries: z.int().openapi({ description: 'Of ten, since the message came or was replayed.' }),
    created_at: seconds,
    next_try_at: seconds.nullable(),
    attempts: z.array(
      z.object({
        at: seconds,
        status: z.int().nullable().openapi({ description: 'Of the answer; null: there was none.' }),
        reason: z.string().nullable().openapi({ description: 'Why it failed; null: it did not.' }),
        duration_ms: z.int(),
      }),
    ),
  })
  .openapi('WebhookDelivery');

export const deliveriesSchema = z
  .object({
    object: z.literal('list'),
    data: z.array(deliverySchema).openapi({ description: 'Newest first.' }),
  })
  .openapi('WebhookDeliveries');

export function describeEndpoint(endpoint: WebhookEndpoint): z.infer<typeof endpointSchema> {
  const { id, url, description, events, enabled, createdAt } = endpoint;
  return {
    id,
    object: 'webhook_endpoint',
    url,
    description,
    events: [...events],
    enabled,
    created_at: inSeconds(createdAt),
  };
}

/** With the newest secret. */
export function describeWithSecret(endpoint: WebhookEndpoint): z.infer<typeof endpointWithSecretSchema> {
  return { ...describeEndpoint(endpoint), secret: endpoint.secrets[0]?.secret ?? '' };
}

export function describeDelivery(delivery: DeliveryWithLog): z.infer<typeof deliverySchema> {
  const { id, messageId, type, status, tries, createdAt, nextTryAt, attempts } = delivery;
  return {
    id,
    object: 'webhook_delivery',
    message_id: messageId,
    type,
    status,
    tries,
    created_at: inSeconds(createdAt),
    next_try_at: nextTryAt === null ? null : inSeconds(nextTryAt),
    attempts: attempts.map(({ at, durationMs, ...attempt }) => ({
      at: inSeconds(at),
      ...attempt,
      duration_ms: durationMs,
    })),
  };
}

function inSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
