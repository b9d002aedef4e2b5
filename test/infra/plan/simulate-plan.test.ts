import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlanRun, simulatePlan } from '../../../infra/plan/simulation/simulate-plan.ts';
import { sumOf } from '../../../infra/plan/simulation/tally.ts';
import { type Arrival, arrivalsOf } from '../../../infra/plan/traffic/arrivals.ts';
import { constantProfile } from './constant-profile.ts';

const SECONDS = 1_800;
const GPU = constantProfile({ 1: 10, 4: 20, 16: 60 });
const CPU = constantProfile({ 1: 60 });
const SETTINGS = { queueRows: 256, maxQueueDelayMs: 2, deadlineMs: 30_000, encodeThreads: 2 };
const POLL_SECONDS = 15;
const MAX_REPLICAS = 6;

interface Case {
  readonly arrivals: Iterable<Arrival>;
  readonly demandToWake?: number;
  readonly cooldownSeconds?: number;
  readonly cpuReplicas?: number;
  readonly seed?: number;
}

function play({
  arrivals,
  demandToWake = 4,
  cooldownSeconds = 120,
  cpuReplicas = 2,
  seed = 1,
}: Case): PlanRun {
  return simulatePlan({
    arrivals,
    fromMs: 0,
    untilMs: 1_000 * SECONDS,
    seed,
    gpu: { profile: GPU, settings: SETTINGS },
    cpu: { profile: CPU, settings: { ...SETTINGS, queueRows: 64 }, replicas: cpuReplicas },
    rules: {
      maxReplicas: MAX_REPLICAS,
      threshold: 16,
      activationThreshold: demandToWake,
      pollSeconds: POLL_SECONDS,
      cooldownSeconds,
      scaleUp: {
        stabilizationWindowSeconds: 0,
        policies: [{ type: 'Percent', value: 300, periodSeconds: 60 }],
      },
      scaleDown: {
        stabilizationWindowSeconds: 300,
        policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }],
      },
    },
  });
}

function arrivalsAt(rps: number, seed: number, hitRatio = 0): Arrival[] {
  const trace = [
    { seconds: 0, rps },
    { seconds: SECONDS, rps },
  ] as const;
  return [...arrivalsOf({ trace, hitRatio, seed })];
}

describe('a plan', () => {
  it('loses no request: what arrived was a hit, made, shed or too late', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 60, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(2),
        fc.nat(),
        (rps, hitRatio, cpuReplicas, seed) => {
          const arrivals = arrivalsAt(rps, seed, hitRatio);
          const sum = sumOf(play({ arrivals, cpuReplicas, seed }).slices);
          expect(sum.arrived).toBe(arrivals.length);
          expect(sum.hits).toBe(arrivals.filter(({ isHit }) => isHit).length);
          expect(sum.arrived).toBe(sum.hits + sum.gpu + sum.cpu + sum.refused + sum.expired);
          expect(sum.madeMs).toHaveLength(sum.gpu + sum.cpu);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('is the same for the same seed, and another for another', () => {
    const at = (seed: number) => play({ arrivals: arrivalsAt(20, seed), seed });
    expect(at(7)).toEqual(at(7));
    expect(at(8)).not.toEqual(at(7));
  });

  // Where GPUs are let sleep while there is work, they come and go, and the beat of that may make more load cheaper.
  it('needs no fewer GPU hours for more load, as long as GPUs stay awake', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 40, noNaN: true }),
        fc.double({ min: 0.5, max: 40, noNaN: true }),
        fc.nat(10_000),
        (rps, extra, seed) => {
          const less = arrivalsAt(rps, seed);
          const more = [...less, ...arrivalsAt(extra, seed + 1)].sort((a, b) => a.atMs - b.atMs);
          const hours = (arrivals: Arrival[]) =>
            play({ arrivals, demandToWake: 0, cooldownSeconds: 2 * SECONDS }).gpuHours;
          // A decision that falls one poll later, for each replica at most.
          const slack = (MAX_REPLICAS * POLL_SECONDS) / 3_600;
          expect(hours(more)).toBeGreaterThanOrEqual(hours(less) - slack);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('has no GPU and no cost of one where nothing is to be made', () => {
    const { gpuHours, slices } = play({ arrivals: arrivalsAt(50, 1, 1) });
    expect(gpuHours).toBe(0);
    expect(sumOf(slices)).toMatchObject({ cold: 0, gpu: 0, cpu: 0 });
  });

  it('sends what comes while GPUs are cold to the CPU floor, and nothing once one is ready', () => {
    const { slices } = play({ arrivals: arrivalsAt(20, 3), demandToWake: 0, cooldownSeconds: 600 });
    const sum = sumOf(slices);
    expect(sum.cpu).toBe(sum.cold);
    expect(sum.refused).toBe(0);
    // 70 s of cold start and at most two polls and a scrape.
    expect(sum.cold).toBeLessThan(20 * 130);
    expect(slices.at(-1)).toMatchObject({ cold: 0, cpu: 0 });
  });

  it('gives all replicas of the floor their share', () => {
    const { slices } = play({ arrivals: arrivalsAt(25, 1), demandToWake: 1_000 });
    // Each alone could make 17 a second.
    expect(sumOf(slices)).toMatchObject({ refused: 0, gpu: 0 });
  });

  it('sheds all while GPUs are cold where there is no floor: nothing wakes them', () => {
    const sum = sumOf(play({ arrivals: arrivalsAt(5, 1), cpuReplicas: 0 }).slices);
    expect(sum.refused).toBe(sum.arrived);
  });
});
