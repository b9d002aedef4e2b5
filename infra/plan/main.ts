import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandError } from '../command/command-error.ts';
import { describePlan } from './describe-plan.ts';
import { makePlan } from './make-plan.ts';
import { measure } from './measure/measure.ts';
import { type MeasureCommand, type PlanCommand, parseCommand, USAGE } from './parse-command.ts';
import { PRICES } from './prices.ts';
import type { Profile } from './profile.ts';
import { profilePath, readProfile } from './read-profile.ts';
import { summarise } from './summarise.ts';
import { diurnalTrace } from './traffic/diurnal-trace.ts';
import { parseTrace } from './traffic/parse-trace.ts';
import { secondsOf, type Trace, withPeak } from './traffic/trace.ts';

// `npm run infra:plan`: what a day of traffic would take, and cost.

/** As the user named it, who may be in a folder below. */
const pathOf = (path: string): string => resolve(process.env.INIT_CWD ?? '', path);

async function run(argv: readonly string[]): Promise<string> {
  const command = parseCommand(argv);
  if (!command) return USAGE;
  return command.kind === 'plan' ? plan(command) : measureModel(command);
}

async function plan(command: PlanCommand): Promise<string> {
  const { hitRatio, seed, environment, gpuPrice, cpuPrice, isJson } = command;
  const [trace, gpu, cpu] = await Promise.all([
    traceOf(command),
    readProfile('--profile', command.profile ? pathOf(command.profile) : profilePath(command.gpu)),
    readProfile('--cpu-profile', command.cpuProfile ? pathOf(command.cpuProfile) : profilePath('cpu')),
  ]);
  const { coldStartSeconds } = command;
  const coldStart = coldStartSeconds === undefined ? gpu.coldStart : splitOf(coldStartSeconds, gpu.coldStart);
  const run = makePlan({ trace, hitRatio, seed, environment, gpu: { ...gpu, coldStart }, cpu });
  const usdPerHour = {
    gpu: gpuPrice ?? PRICES.usdPerHour[command.gpu],
    cpu: cpuPrice ?? PRICES.usdPerHour.cpu,
  };
  const { cpuReplicas } = environment;
  const summary = summarise(run, { hours: secondsOf(trace) / 3_600, cpuReplicas, usdPerHour });
  if (isJson) return JSON.stringify(summary, null, 2);
  const priceSource =
    gpuPrice !== undefined && cpuPrice !== undefined
      ? 'as given'
      : `${PRICES.source}, ${PRICES.date}, where none is given`;
  return describePlan(summary, { gpu, cpu, cpuReplicas, usdPerHour, priceSource });
}

/** Of a stated cold start, what the process takes is spent on machines that are there, too. */
function splitOf(seconds: number, { podSeconds }: Profile['coldStart']): Profile['coldStart'] {
  const pod = Math.min(seconds, podSeconds);
  return { nodeSeconds: seconds - pod, podSeconds: pod };
}

async function traceOf({ trace, peakRps }: PlanCommand): Promise<Trace> {
  if (trace === undefined) return diurnalTrace(peakRps ?? 0);
  const text = await readFile(pathOf(trace), 'utf8').catch((cause: Error) => {
    throw new CommandError(`--trace is ${trace}: ${cause.message}`, { cause });
  });
  const parsed = parseTrace(text);
  return peakRps === undefined ? parsed : withPeak(parsed, peakRps);
}

async function measureModel({ model, pictures, out }: MeasureCommand): Promise<string> {
  const { INFERENCE_THREADS = '0', ENCODE_THREADS = '1' } = process.env;
  const variables = { INFERENCE_THREADS, ENCODE_THREADS };
  const profile = await measure({ modelDirectory: pathOf(model), pictures, variables });
  const text = JSON.stringify(profile, null, 2);
  if (out === undefined) return text;
  await writeFile(pathOf(out), `${text}\n`);
  return `${pathOf(out)} is written.`;
}

try {
  process.stdout.write(`${await run(process.argv.slice(2))}\n`);
} catch (error) {
  console.error(error instanceof CommandError ? error.message : error);
  process.exitCode = 1;
}
