import { readFileSync } from 'node:fs';
import { Env } from 'dockerfile-ast';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { BACKEND_VARIABLES, parseConfig } from '../../gpu-backend/config.ts';
import { ENVIRONMENTS } from '../../infra/kubernetes/environment.ts';
import { renderManifests } from '../../infra/render/render-manifests.ts';
import { instructionsOf } from './images/image-tree.ts';

type Variables = Readonly<Record<string, string>>;

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** What stands in the secret store, by variable. */
const SECRETS: Variables = {
  SIGNING_KEYS: `a:${'s'.repeat(32)}`,
  S3_ACCESS_KEY_ID: 'id',
  S3_SECRET_ACCESS_KEY: 'secret',
};
/** Variables in the image that are not the backend's: what CUDA and its runtime read. */
const OF_THE_SYSTEM = ['LD_LIBRARY_PATH', 'NVIDIA_VISIBLE_DEVICES', 'NVIDIA_DRIVER_CAPABILITIES'];

const image = variablesOfImage();

const settings: readonly (readonly [string, Variables])[] = [
  ...Object.entries(ENVIRONMENTS).flatMap(([name, environment]) =>
    (['kubernetes', 'cloud-run'] as const).flatMap((target) =>
      renderManifests({ environment, target })
        .map(({ yaml }) => parseAllDocuments(yaml)[0]?.toJS())
        .filter(({ spec }) => spec?.template?.spec?.containers)
        .map(({ metadata, spec }) => {
          const variables = variablesOfContainer(spec.template.spec.containers[0]);
          return [`${metadata.name} of ${name}, ${target}`, variables] as const;
        }),
    ),
  ),
  ...Object.entries(parse(read('infra/compose/compose.yaml'), { merge: true }).services).map(
    ([name, service]) => [`${name} of compose`, variablesOfCompose(service as ComposeService)] as const,
  ),
];

it('finds two tiers and Cloud Run of each environment, and two services of compose', () => {
  expect(settings.map(([name]) => name)).toHaveLength(8);
});

describe.each(settings)('%s', (_, variables) => {
  it('sets no variable that the backend does not know', () => {
    expect(Object.keys(variables).filter((name) => !BACKEND_VARIABLES.includes(name))).toEqual([]);
  });

  it('makes, with the image, a configuration that the backend takes', () => {
    expect(parseConfig({ ...image, ...variables })).toMatchObject({
      host: '0.0.0.0',
      port: 8788,
      modelDirectory: '/app/model',
      deadlineMs: 25_000,
    });
  });
});

it('has no variable in the image that neither the backend nor CUDA knows', () => {
  const known = [...BACKEND_VARIABLES, ...OF_THE_SYSTEM];
  expect(Object.keys(image).filter((name) => !known.includes(name))).toEqual([]);
});

it('has each variable of the backend set by image or manifests, and documented', () => {
  const set = new Set(Object.keys(Object.assign({}, image, ...settings.map(([, variables]) => variables))));
  expect(BACKEND_VARIABLES.filter((name) => !set.has(name))).toEqual([]);
  const documented = read('gpu-backend/README.md');
  expect(BACKEND_VARIABLES.filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
});

function variablesOfImage(): Variables {
  const steps = ['backend', 'cuda'].flatMap((stage) => instructionsOf(stage));
  const properties = steps.flatMap((step) => (step instanceof Env ? step.getProperties() : []));
  return Object.fromEntries(properties.map((property) => [property.getName(), property.getValue() ?? '']));
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

/** Secrets as their store gives them; a reference to what is in none stays undefined, and is refused as missing. */
function variablesOfContainer({ env }: { readonly env: readonly Variable[] }): Variables {
  const entries = env.map(({ name, value }) => [name, value ?? SECRETS[name]] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

interface ComposeService {
  readonly environment: Variables;
}

/** As compose fills them in: `${NAME:?}` from the environment, `${NAME:-default}` by its default. */
function variablesOfCompose({ environment }: ComposeService): Variables {
  const given: Variables = { ...SECRETS, S3_ENDPOINT: 'https://s3.example.com', S3_BUCKET: 'pictures' };
  return Object.fromEntries(
    Object.entries(environment).map(([name, text]) => {
      const [, variable = '', preset] = /^\$\{(\w+):(?:\?|-(.*))\}$/u.exec(text) ?? [];
      expect(variable).toBe(name);
      return [name, preset ?? given[variable] ?? ''];
    }),
  );
}
