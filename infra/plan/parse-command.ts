import { CommandError } from '../command/command-error.ts';
import { oneOf } from '../command/one-of.ts';
import { readOptions } from '../command/read-options.ts';
import { ENVIRONMENTS, type Environment } from '../kubernetes/environment.ts';
import { GPUS, type Gpu } from './prices.ts';

export const USAGE: string = `npm run --silent infra:plan -- --peak-rps N --hit-ratio 0…1 --gpu ${GPUS.join('|')} [options]
npm run --silent infra:plan -- --measure MODEL_DIR [--pictures N] [--out FILE]

Plays a day of traffic through edge, queues, batchers and KEDA, and tells replicas, times, misses and cost.
  --peak-rps N         requests a second at the peak; of a --trace: scales it so
  --trace FILE         CSV time,rps or a JSON object with both a line; else a day of a consumer service
  --hit-ratio R        share of the requests that are known already
  --gpu NAME           its profile (infra/plan/profiles/) and price
  --profile FILE       another profile of the GPU
  --cpu-profile FILE   of the CPU floor's replicas (profiles/cpu.json)
  --env NAME           whose scaling rules and settings: production or staging (production)
  --max-replicas N     --cpu-replicas N     instead of the environment's, as the next three:
  --demand-to-wake N   --idle-seconds S     --demand-per-replica N
  --cold-start S       seconds until a GPU replica on a new machine is ready
  --gpu-price USD      --cpu-price USD    an hour, instead of prices.json's
  --seed N             of the arrivals (1)
  --json               numbers instead of tables

--measure makes a profile of this machine with a model: --pictures in each state (400), --out instead of printing it.
The backend has INFERENCE_THREADS (0 = one a core) and ENCODE_THREADS (1) of the environment.`;

export interface PlanCommand {
  readonly kind: 'plan';
  readonly peakRps: number | undefined;
  /** Paths are as given. */
  readonly trace: string | undefined;
  readonly hitRatio: number;
  readonly gpu: Gpu;
  readonly profile: string | undefined;
  readonly cpuProfile: string | undefined;
  /** With what the options change. */
  readonly environment: Environment;
  readonly coldStartSeconds: number | undefined;
  readonly gpuPrice: number | undefined;
  readonly cpuPrice: number | undefined;
  readonly seed: number;
  readonly isJson: boolean;
}

export interface MeasureCommand {
  readonly kind: 'measure';
  readonly model: string;
  readonly pictures: number;
  readonly out: string | undefined;
}

/**
 * The command line of `npm run infra:plan`; undefined where help is asked for.
 * @throws CommandError naming the option, its value and what is allowed.
 */
export function parseCommand(argv: readonly string[]): PlanCommand | MeasureCommand | undefined {
  const values = parse(argv);
  if (values.help) return undefined;
  if (values.measure !== undefined) {
    const pictures = number('--pictures', values.pictures, 50, 100_000, 'integer') ?? 400;
    return { kind: 'measure', model: values.measure, pictures, out: values.out };
  }
  const peakRps = number('--peak-rps', values['peak-rps'], 0.001, 1_000_000);
  if (peakRps === undefined && values.trace === undefined) {
    throw new CommandError(
      '--peak-rps is missing: it must be a number, 0.001 … 1000000, unless there is a --trace.',
    );
  }
  const hitRatio = number('--hit-ratio', values['hit-ratio'], 0, 1);
  if (hitRatio === undefined) throw new CommandError('--hit-ratio is missing: it must be a number, 0 … 1.');
  const environment =
    ENVIRONMENTS[oneOf('--env', values.env ?? 'production', Object.keys(ENVIRONMENTS) as ['production'])];
  return {
    kind: 'plan',
    peakRps,
    trace: values.trace,
    hitRatio,
    gpu: oneOf('--gpu', values.gpu, GPUS),
    profile: values.profile,
    cpuProfile: values['cpu-profile'],
    environment: withOptions(environment, values),
    coldStartSeconds: number('--cold-start', values['cold-start'], 0, 86_400),
    gpuPrice: number('--gpu-price', values['gpu-price'], 0, 10_000),
    cpuPrice: number('--cpu-price', values['cpu-price'], 0, 10_000),
    seed: number('--seed', values.seed, 0, Number.MAX_SAFE_INTEGER, 'integer') ?? 1,
    isJson: values.json ?? false,
  };
}

function withOptions(environment: Environment, values: ReturnType<typeof parse>): Environment {
  const { gpu } = environment;
  const integer = (option: keyof typeof values & string, least: number): number | undefined =>
    number(`--${option}`, values[option] as string | undefined, least, 100_000, 'integer');
  return {
    ...environment,
    gpu: {
      maxReplicas: integer('max-replicas', 1) ?? gpu.maxReplicas,
      demandPerReplica: integer('demand-per-replica', 1) ?? gpu.demandPerReplica,
      demandToWake: integer('demand-to-wake', 0) ?? gpu.demandToWake,
      idleSeconds: integer('idle-seconds', 0) ?? gpu.idleSeconds,
    },
    cpuReplicas: integer('cpu-replicas', 0) ?? environment.cpuReplicas,
  };
}

function number(
  option: string,
  text: string | undefined,
  least: number,
  most: number,
  kind: 'number' | 'integer' = 'number',
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+(?:\.\d+)?$/u.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most && (kind === 'number' || Number.isSafeInteger(value))) return value;
  throw new CommandError(
    `${option} is ${JSON.stringify(text)}: it must be ${kind === 'integer' ? 'an integer' : 'a number'}, ${least} … ${most}.`,
  );
}

function parse(argv: readonly string[]) {
  const string = { type: 'string' } as const;
  return readOptions({
    args: [...argv],
    options: {
      'peak-rps': string,
      trace: string,
      'hit-ratio': string,
      gpu: string,
      profile: string,
      'cpu-profile': string,
      env: string,
      'max-replicas': string,
      'cpu-replicas': string,
      'demand-per-replica': string,
      'demand-to-wake': string,
      'idle-seconds': string,
      'cold-start': string,
      'gpu-price': string,
      'cpu-price': string,
      seed: string,
      json: { type: 'boolean' },
      measure: string,
      pictures: string,
      out: string,
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
}
