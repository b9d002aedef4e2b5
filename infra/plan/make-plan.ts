import { CommandError } from '../command/command-error.ts';
import { backendVariables } from '../kubernetes/backend-variables.ts';
import type { Environment } from '../kubernetes/environment.ts';
import type { Tier } from '../kubernetes/tier.ts';
import type { Profile } from './profile.ts';
import { scalingRulesOf } from './scaling/scaling-rules.ts';
import { type PlanRun, simulatePlan, type TierPlan } from './simulation/simulate-plan.ts';
import { arrivalsOf } from './traffic/arrivals.ts';
import { requestsOf, secondsOf, type Trace } from './traffic/trace.ts';

/** Played before the trace at its first rate, so that replicas are where they would be. */
const LEAD_SECONDS = 1_800;
/** Pictures that a plan may play: minutes of computing. */
const MAX_PICTURES = 10_000_000;
const MAX_REQUESTS = 200_000_000;

export interface PlanInputs {
  readonly trace: Trace;
  readonly hitRatio: number;
  readonly seed: number;
  readonly environment: Environment;
  readonly gpu: Profile;
  readonly cpu: Profile;
}

/**
 * A trace through the environment's tiers.
 * @throws CommandError when there is more in it than can be played.
 */
export function makePlan({ trace, hitRatio, seed, environment, gpu, cpu }: PlanInputs): PlanRun {
  const requests = requestsOf(trace);
  const pictures = requests * (1 - hitRatio);
  if (pictures > MAX_PICTURES || requests > MAX_REQUESTS) {
    throw new CommandError(
      `The trace has ${Math.round(requests)} requests and ${Math.round(pictures)} pictures to make: it must have at most ${MAX_REQUESTS} and ${MAX_PICTURES}. Plan a part of it.`,
    );
  }
  const fromMs = 1_000 * LEAD_SECONDS;
  return simulatePlan({
    arrivals: arrivalsOf({ trace: withLead(trace), hitRatio, seed }),
    fromMs,
    untilMs: fromMs + 1_000 * secondsOf(trace),
    gpu: tierPlan(environment, 'gpu', gpu),
    cpu: { ...tierPlan(environment, 'cpu', cpu), replicas: environment.cpuReplicas },
    rules: scalingRulesOf(environment),
    seed,
  });
}

function withLead(trace: Trace): Trace {
  const [first, second, ...others] = trace.map(({ seconds, rps }) => ({
    seconds: seconds + LEAD_SECONDS,
    rps,
  })) as [...Trace];
  return [{ seconds: 0, rps: first.rps }, first, second, ...others] as unknown as Trace;
}

/** A tier's replicas as its manifest configures them; larger batches than that are not made. */
function tierPlan(environment: Environment, tier: Tier, profile: Profile): TierPlan {
  const variables = backendVariables(environment, tier);
  const allowed = variables.BATCH_BUCKETS?.split(',').map(Number) ?? [];
  const value = (name: string): number => Number(variables[name]);
  return {
    profile: { ...profile, buckets: profile.buckets.filter(({ bucket }) => allowed.includes(bucket)) },
    settings: {
      queueRows: value('QUEUE_LIMIT'),
      maxQueueDelayMs: value('MAX_QUEUE_DELAY_MS'),
      deadlineMs: value('DEADLINE_MS'),
      encodeThreads: value('ENCODE_THREADS'),
    },
  };
}
