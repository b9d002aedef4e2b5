import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ENVIRONMENTS } from '../../../infra/kubernetes/environment.ts';
import { makePlan } from '../../../infra/plan/make-plan.ts';
import { profileSchema } from '../../../infra/plan/profile.ts';
import { diurnalTrace } from '../../../infra/plan/traffic/diurnal-trace.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';
import { constantProfile } from './constant-profile.ts';

const PLAN = new URL('../../../infra/plan/', import.meta.url);
const plan = (...args: string[]) =>
  promisify(execFile)(process.execPath, [fileURLToPath(new URL('main.ts', PLAN)), ...args]);

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'galip-plan-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

describe('npm run infra:plan', () => {
  it('tells replicas over the day, times, misses and cost, and where its numbers come from', async () => {
    const { stdout } = await plan('--peak-rps', '2', '--hit-ratio', '0.5', '--gpu', 'l4');
    expect(stdout.match(/^ +\d+\.0 /gmu)).toHaveLength(24);
    for (const line of [
      /^requests +[\d,]+: [\d,]+ hits, [\d,]+ made by GPUs, [\d,]+ by the CPU floor, \d+ shed/mu,
      /^pictures made +p50 [\d.]+ ms, p99 [\d.]+ ms/mu,
      /^cold-start misses +[\d,]+ found no GPU/mu,
      /^GPU replicas +\d+ min, [\d.]+ mean, \d+ max/mu,
      /^cost a month +USD [\d,]+: GPUs USD [\d,]+ at 0\.71/mu,
      /^prices +example list price, \d{4}-\d\d-\d\d/mu,
      /^profile l4 +ESTIMATE.*Not measured/mu,
      /^profile cpu +MEASURED/mu,
    ]) {
      expect(stdout).toMatch(line);
    }
  });

  it('plays a trace, with prices, profiles and scaling of one’s own, and tells numbers', async () => {
    const path = await folder();
    await writeFile(join(path, 'trace.csv'), 'time,rps\n0,30\n1200,30\n');
    await writeFile(join(path, 'gpu.json'), JSON.stringify(constantProfile({ 1: 5, 8: 10 })));
    const { stdout } = await plan(
      ...['--trace', join(path, 'trace.csv'), '--hit-ratio', '0', '--gpu', 'h100', '--json'],
      ...['--profile', join(path, 'gpu.json'), '--cpu-profile', join(path, 'gpu.json')],
      ...['--gpu-price', '2', '--cpu-price', '0', '--demand-to-wake', '0', '--cold-start', '15'],
    );
    const { hours, arrived, shed, expired, hits, gpuHours, gpuHoursAMonth, usdAMonth, replicas } =
      JSON.parse(stdout);
    expect(hours).toBeCloseTo(1 / 3, 6);
    expect(arrived).toBeGreaterThan(30 * 1_200 * 0.97);
    expect({ shed, expired, hits }).toEqual({ shed: 0, expired: 0, hits: 0 });
    // One GPU, since before the trace began, all the time.
    expect(replicas).toEqual({ min: 1, mean: 1, max: 1 });
    expect(gpuHours).toBeCloseTo(1 / 3, 3);
    expect(gpuHoursAMonth).toBeCloseTo(730, 0);
    expect(usdAMonth.all).toBeCloseTo(2 * gpuHoursAMonth, 6);
  });

  it('scales a trace to a peak', async () => {
    const path = join(await folder(), 'trace.jsonl');
    await writeFile(path, '{"time":0,"rps":1}\n{"time":600,"rps":2}\n');
    const args = ['--trace', path, '--hit-ratio', '1', '--gpu', 'l4', '--json', '--peak-rps'];
    const [one, ten] = await Promise.all([plan(...args, '2'), plan(...args, '20')]);
    const ratio = JSON.parse(ten.stdout).arrived / JSON.parse(one.stdout).arrived;
    expect(ratio).toBeGreaterThan(9);
    expect(ratio).toBeLessThan(11);
  });

  const BASE = ['--peak-rps', '1', '--hit-ratio', '0.5', '--gpu', 'l4'];
  it.each([
    [[], '--peak-rps is missing: it must be a number, 0.001 … 1000000, unless there is a --trace.'],
    [['--peak-rps', '1'], '--hit-ratio is missing: it must be a number, 0 … 1.'],
    [['--peak-rps', '-1'], /--peak-rps/u],
    [['--peak-rps', 'x'], '--peak-rps is "x": it must be a number, 0.001 … 1000000.'],
    [['--peak-rps', '1', '--hit-ratio', '1.5'], '--hit-ratio is "1.5": it must be a number, 0 … 1.'],
    [['--peak-rps', '1', '--hit-ratio', '0'], '--gpu is missing: it must be one of l4, a100, h100.'],
    [[...BASE, '--gpu', 'v100'], '--gpu is "v100": it must be one of l4, a100, h100.'],
    [[...BASE, '--env', 'prod'], '--env is "prod": it must be one of production, staging.'],
    [[...BASE, '--seed', '1.5'], '--seed is "1.5": it must be an integer, 0 … 9007199254740991.'],
    [[...BASE, '--max-replicas', '0'], '--max-replicas is "0": it must be an integer, 1 … 100000.'],
    [[...BASE, '--gpu-price', 'free'], '--gpu-price is "free": it must be a number, 0 … 10000.'],
    [[...BASE, '--trace', '/nowhere'], /--trace is \/nowhere: ENOENT/u],
    [[...BASE, '--profile', '/nowhere'], /--profile is \/nowhere: ENOENT/u],
    [['--measure', 'm', '--pictures', '1'], '--pictures is "1": it must be an integer, 50 … 100000.'],
    [[...BASE, '--peek'], /Unknown option '--peek'/u],
  ])('refuses %j, saying what is allowed', async (args, message) => {
    const { code, stderr } = await plan(...args).catch((error) => error);
    expect(code).toBe(1);
    expect(stderr.trim()).toEqual(message instanceof RegExp ? expect.stringMatching(message) : message);
  });

  it('names the field of a profile that is wrong', async () => {
    const path = join(await folder(), 'profile.json');
    await writeFile(path, JSON.stringify({ ...constantProfile({ 1: 5 }), kind: 'guess' }));
    await expect(plan(...BASE, '--profile', path)).rejects.toMatchObject({
      stderr: expect.stringMatching(/--profile is .*profile\.json: no profile\. kind: /u),
    });
  });

  it('measures a profile of this machine that it can plan with', async () => {
    const path = join(await folder(), 'measured.json');
    await plan('--measure', EMOJI_MODEL, '--pictures', '50', '--out', path);
    const profile = profileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    expect(profile.kind).toBe('measured');
    expect(profile.idle.factor).toHaveLength(101);
    expect(profile.coldStart.podSeconds).toBeGreaterThan(0);
    const { stdout } = await plan(...BASE, '--cpu-profile', path, '--json');
    expect(JSON.parse(stdout).arrived).toBeGreaterThan(0);
  }, 120_000);
});

it('refuses to play more than it can', () => {
  const profile = constantProfile({ 1: 5 });
  const [environment, trace] = [ENVIRONMENTS.production, diurnalTrace(10_000)];
  const inputs = { trace, environment, gpu: profile, cpu: profile, seed: 1, hitRatio: 0.5 };
  expect(() => makePlan(inputs)).toThrow(
    /^The trace has \d+ requests and \d+ pictures to make: it must have at most/u,
  );
});

describe('the profiles kept here', async () => {
  const names = (await readdir(new URL('profiles/', PLAN))).sort();

  it('are of the three GPUs and of a CPU', () => {
    expect(names).toEqual(['a100.json', 'cpu.json', 'h100.json', 'l4.json']);
  });

  it.each(names)('%s is valid, and says whether it was measured', async (name) => {
    const profile = profileSchema.parse(
      JSON.parse(await readFile(new URL(`profiles/${name}`, PLAN), 'utf8')),
    );
    expect(name).toBe(`${profile.name}.json`);
    if (profile.kind === 'estimate') expect(profile.source).toContain('Not measured');
    else expect(profile.source).toContain('--measure');
  });
});

// The compiler lets more through: the batcher's types name one of `gpu-backend/runtime`.
it('the plan imports contract, the pure batcher and infra, and nothing else of this repository', async () => {
  const files = (await readdir(PLAN, { recursive: true })).filter((name) => name.endsWith('.ts'));
  for (const file of files) {
    const url = new URL(file, PLAN);
    const text = await readFile(url, 'utf8');
    for (const [, specifier = ''] of text.matchAll(/from '(\.[^']+)'/gu)) {
      const path = new URL(specifier, url).pathname.slice(new URL('../../', PLAN).pathname.length);
      expect(path, file).toMatch(/^(?:infra|gpu-backend\/contract|gpu-backend\/serving\/batching)\//u);
    }
  }
});
