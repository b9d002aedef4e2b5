/** What a tenant can be told. */
export const WEBHOOK_EVENTS = ['job.succeeded', 'job.failed', 'job.cancelled', 'job.expired'] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** Where a tenant wants to be told. Times here and below: milliseconds since 1970. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  readonly events: readonly WebhookEvent[];
  readonly enabled: boolean;
  readonly createdAt: number;
  /** One, or two while one is exchanged for the other; the newest first. */
  readonly secrets: readonly WebhookSecret[];
}

interface WebhookSecret {
  readonly secret: string;
  /** Null: does not. */
  readonly expiresAt: number | null;
}

export interface WebhookMessage {
  /** The same message published again is told no second time. */
  readonly id: string;
  readonly type: WebhookEvent;
  /** JSON, as it is sent. */
  readonly body: string;
  /** Told besides the endpoints. */
  readonly target: { readonly url: string; readonly secret: string } | null;
}

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** One message on its way to one place. */
export interface WebhookDelivery {
  readonly id: string;
  readonly messageId: string;
  readonly type: WebhookEvent;
  /** Null: the message's own target. */
  readonly endpointId: string | null;
  readonly url: string;
  readonly status: DeliveryStatus;
  /** Tries since it was made or replayed. */
  readonly tries: number;
  readonly nextTryAt: number | null;
  readonly createdAt: number;
}

export interface LoggedAttempt {
  readonly at: number;
  readonly status: number | null;
  readonly reason: string | null;
  readonly durationMs: number;
}
