import type { Profile } from '../../../infra/plan/profile.ts';

/** A machine that always takes the same: buckets as given, nothing beside the model. */
export function constantProfile(
  buckets: Readonly<Record<number, number>>,
  coldStart: Profile['coldStart'] = { nodeSeconds: 60, podSeconds: 10 },
): Profile {
  const state = { factor: [1], encodeMs: [0], storeMs: [0], httpMs: [0] };
  return {
    name: 'constant',
    kind: 'estimate',
    date: '2026-01-01',
    source: 'made up',
    buckets: Object.entries(buckets).map(([bucket, ms]) => ({ bucket: Number(bucket), ms })),
    idle: state,
    busy: state,
    coldStart,
  };
}
