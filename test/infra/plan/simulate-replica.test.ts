import { describe, expect, it } from 'vitest';
import { simulateReplica } from '../../../infra/plan/simulation/simulate-replica.ts';
import { arrivalsOf } from '../../../infra/plan/traffic/arrivals.ts';
import { constantProfile } from './constant-profile.ts';

const SETTINGS = { queueRows: 1_024, maxQueueDelayMs: 0, deadlineMs: 600_000, encodeThreads: 1 };

function arrivalsAt(rps: number, seconds: number, seed = 1): number[] {
  const trace = [
    { seconds: 0, rps },
    { seconds, rps },
  ] as const;
  return [...arrivalsOf({ trace, hitRatio: 0, seed })].map(({ atMs }) => atMs);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('one replica', () => {
  it.each([0.3, 0.5, 0.7])('waits as queueing theory says at load %d (M/D/1)', (load) => {
    const serviceMs = 10;
    const arrivals = arrivalsAt((load * 1_000) / serviceMs, 1_000);
    const profile = constantProfile({ 1: serviceMs });
    const { servedMs } = simulateReplica({ ...SETTINGS, profile, arrivals, endsAtMs: 1e6, seed: 1 });
    // Pollaczek and Khinchine: ρ s / 2 (1 − ρ).
    const waitMs = (load * serviceMs) / (2 * (1 - load));
    expect(mean(servedMs)).toBeGreaterThan((serviceMs + waitMs) * 0.95);
    expect(mean(servedMs)).toBeLessThan((serviceMs + waitMs) * 1.05);
  });

  it('makes as many as its cheapest batches allow where there is more than that to do', () => {
    const profile = constantProfile({ 1: 5, 8: 10, 32: 20 });
    const arrivals = arrivalsAt(4_000, 4);
    const { servedInTime } = simulateReplica({ ...SETTINGS, profile, arrivals, endsAtMs: 4_000, seed: 1 });
    expect(servedInTime / 4).toBeGreaterThan(0.95 * 1_600);
    expect(servedInTime / 4).toBeLessThan(1.001 * 1_600);
  });

  it('makes a lone picture in the time that its stages take together', () => {
    const profile = {
      ...constantProfile({ 1: 5 }),
      idle: { factor: [2], encodeMs: [3], storeMs: [4], httpMs: [1] },
      busy: { factor: [9], encodeMs: [9], storeMs: [9], httpMs: [9] },
    };
    const run = { ...SETTINGS, profile, arrivals: [0, 1_000], endsAtMs: 2_000, seed: 1 };
    expect(simulateReplica(run).servedMs).toEqual([18, 18]);
  });

  it('sheds what its queue has no room for, and answers everything', () => {
    const profile = constantProfile({ 1: 10 });
    const arrivals = arrivalsAt(200, 10);
    const settings = { ...SETTINGS, queueRows: 20 };
    const { servedMs, shed } = simulateReplica({ ...settings, profile, arrivals, endsAtMs: 10_000, seed: 1 });
    expect(servedMs.length + shed).toBe(arrivals.length);
    expect(shed).toBeGreaterThan(800);
  });
});
