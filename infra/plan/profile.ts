import { z } from 'zod';

const milliseconds = z.number().nonnegative();
const quantiles = z.array(milliseconds).min(1);

/** What one picture takes in a state of the replica. Each is a distribution. @see simulation/quantiles.ts */
const stateSchema = z.strictObject({
  /** A batch's time, of that of its bucket. */
  factor: quantiles,
  /** One picture in one encoder thread. */
  encodeMs: quantiles,
  storeMs: quantiles,
  /** Everything else of a request: its way there and back, signature, tokens, form. */
  httpMs: quantiles,
});

/** What a machine takes to make pictures of one model, measured by `--measure` or estimated. */
export const profileSchema = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(['measured', 'estimate']),
  /** Day, `2026-11-25`. */
  date: z.iso.date(),
  /** Machine and model it was measured on, or how it was estimated. */
  source: z.string().min(1),
  buckets: z.array(z.strictObject({ bucket: z.int().positive(), ms: z.number().positive() })).min(1),
  /** A batch that finds the model idle. */
  idle: stateSchema,
  /** A batch that follows another, the pictures of which are encoded meanwhile. */
  busy: stateSchema,
  /** Until a replica that is wanted is ready, seconds. */
  coldStart: z.strictObject({
    /** Until a machine is there, and has the image: spared where one stands idle. */
    nodeSeconds: z.number().nonnegative(),
    /** Until the process has loaded its model and warmed it. */
    podSeconds: z.number().nonnegative(),
  }),
});

export type Profile = z.infer<typeof profileSchema>;
export type ReplicaState = z.infer<typeof stateSchema>;
