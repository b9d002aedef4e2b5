import { z } from 'zod';
import { OUTCOMES } from '../ledger/ledger.ts';

const id = z.string().min(1);
const count = z.int().min(0);
const day = z.iso.date();

const chargeSchema = z.object({
  chargeId: id,
  tenant: id,
  keyId: id,
  model: id,
  fingerprint: id,
  outcome: z.enum(OUTCOMES),
  units: count,
  day,
  settledAt: count,
});

/** What travels through the usage queue: settled charges, and the gateway's own record of what it answered with. */
export const usageEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('charge'), charge: chargeSchema, version: z.int().min(1) }),
  z.object({
    kind: z.literal('answer'),
    chargeId: id,
    tenant: id,
    units: count,
    day,
    answeredAt: count,
  }),
]);

export type UsageEvent = z.infer<typeof usageEventSchema>;
