import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENVIRONMENTS } from '../../../infra/kubernetes/environment.ts';
import { createActivation } from '../../../infra/plan/scaling/activation.ts';
import { createHorizontalAutoscaler } from '../../../infra/plan/scaling/horizontal-autoscaler.ts';
import { type ScalingRules, scalingRulesOf } from '../../../infra/plan/scaling/scaling-rules.ts';

const RULES: ScalingRules = {
  maxReplicas: 20,
  threshold: 10,
  activationThreshold: 4,
  pollSeconds: 15,
  cooldownSeconds: 600,
  scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 300, periodSeconds: 60 }] },
  scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
};

/** Replicas after each of the decisions, 15 s apart. */
function decideAll(metrics: readonly number[], start: number, rules: ScalingRules = RULES): number[] {
  const autoscaler = createHorizontalAutoscaler(rules);
  let current = start;
  return metrics.map((metric, at) => {
    current = autoscaler.decide(metric, current, 15 * (at + 1));
    return current;
  });
}

it('reads its rules from the manifest', () => {
  const { gpu } = ENVIRONMENTS.production;
  expect(scalingRulesOf(ENVIRONMENTS.production)).toMatchObject({
    maxReplicas: gpu.maxReplicas,
    threshold: gpu.demandPerReplica,
    activationThreshold: gpu.demandToWake,
    cooldownSeconds: gpu.idleSeconds,
    scaleUp: { policies: [{ type: 'Percent' }] },
    scaleDown: { policies: [{ type: 'Pods', value: 1 }] },
  });
});

describe('the HorizontalPodAutoscaler', () => {
  it('wants demand by target, rounded up, and is content within a tenth', () => {
    expect(decideAll([31], 1)).toEqual([4]);
    expect(decideAll([21.9], 2)).toEqual([2]);
    expect(decideAll([22.1], 2)).toEqual([3]);
  });

  it('adds no more than three times what there was a minute ago', () => {
    expect(decideAll([200, 200, 200, 200, 200], 1)).toEqual([4, 4, 4, 4, 16]);
  });

  it('takes away one a minute, and only what was not wanted for five minutes', () => {
    const metrics = [100, ...Array<number>(40).fill(10)];
    const replicas = decideAll(metrics, 10);
    // 100 was wanted until the 20th decision after it.
    expect(replicas.slice(0, 20)).toEqual(Array(20).fill(10));
    expect(replicas.slice(20)).toEqual([
      ...Array(4).fill(9),
      ...Array(4).fill(8),
      ...Array(4).fill(7),
      ...Array(4).fill(6),
      ...Array(4).fill(5),
      4,
    ]);
  });

  it('stays between one and the most that there may be, and never wants fewer for more demand', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { maxLength: 60 }), (metrics) => {
        for (const count of decideAll(metrics, 3)) {
          expect(count).toBeGreaterThanOrEqual(1);
          expect(count).toBeLessThanOrEqual(20);
        }
        const more =
          decideAll(
            metrics.map((metric) => 1.5 * metric + 1),
            3,
          )[0] ?? 0;
        expect(more).toBeGreaterThanOrEqual(decideAll(metrics, 3)[0] ?? 0);
      }),
    );
  });
});

describe("KEDA's activation", () => {
  it('wakes one when the threshold is passed, not when it is reached', () => {
    const activation = createActivation(RULES);
    expect(activation.poll(4, 0, 15)).toBeUndefined();
    expect(activation.poll(4.5, 0, 30)).toBe(1);
    expect(activation.poll(50, 1, 45)).toBeUndefined();
  });

  it('goes to none from however many when nothing was active for the cooldown', () => {
    const activation = createActivation(RULES);
    activation.poll(50, 3, 100);
    expect(activation.poll(4, 3, 699)).toBeUndefined();
    expect(activation.poll(0, 3, 700)).toBe(0);
  });
});
