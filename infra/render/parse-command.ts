import { oneOf } from '../command/one-of.ts';
import { readOptions } from '../command/read-options.ts';
import { ENVIRONMENTS, type Environment } from '../kubernetes/environment.ts';

export const USAGE: string = `npm run --silent infra:render -- --env production|staging [--for kubernetes|cloud-run] [--out DIR]
    [--cuda-image REF] [--cpu-image REF]

Prints the manifests of an environment as YAML, each checked against its schema; with --out, one file an object.`;

const TARGETS = ['kubernetes', 'cloud-run'] as const;

export interface RenderCommand {
  readonly environment: Environment;
  readonly target: (typeof TARGETS)[number];
  /** As given; undefined: standard output. */
  readonly out: string | undefined;
}

/**
 * The command line of `npm run infra:render`; undefined where help is asked for.
 * @throws CommandError naming the option that is wrong, and what is allowed.
 */
export function parseCommand(argv: readonly string[]): RenderCommand | undefined {
  const values = parse(argv);
  if (values.help) return undefined;
  const environment = ENVIRONMENTS[oneOf('--env', values.env, Object.keys(ENVIRONMENTS) as ['production'])];
  const { cuda, cpu } = environment.images;
  return {
    environment: {
      ...environment,
      images: { cuda: values['cuda-image'] ?? cuda, cpu: values['cpu-image'] ?? cpu },
    },
    target: oneOf('--for', values.for ?? 'kubernetes', TARGETS),
    out: values.out,
  };
}

function parse(argv: readonly string[]) {
  const string = { type: 'string' } as const;
  return readOptions({
    args: [...argv],
    options: {
      env: string,
      for: string,
      out: string,
      'cuda-image': string,
      'cpu-image': string,
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
}
