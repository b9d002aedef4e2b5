import type { ApiKey } from '../../gpu-backend/contract/api-key.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import { loadDevSecrets } from './dev-secrets.ts';
import { type DevSession, loadDevKey, writeDevSession } from './dev-session.ts';
import { readModelCard } from './model-directory.ts';
import type { StartOptions } from './options.ts';
import { freePort, HOST } from './ports.ts';
import { publicUrlOf, remoteBackendOf, s3VariablesOf, signingKeysOf } from './services.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** All that the parts are told, from the command line, the environment and what the data folder keeps. */
export interface Settings {
  readonly model: ModelCard;
  readonly key: ApiKey;
  readonly session: DevSession;
  /** False when BACKEND_URL names one that runs elsewhere. */
  readonly runsBackend: boolean;
  readonly backendPort: number;
  readonly backendVariables: Readonly<Record<string, string>>;
  readonly edgeVariables: Readonly<Record<string, string>>;
}

/** Variables of the Worker that go to it as they are, where they are set. */
const PASSED_ON = [
  'BACKEND_HEDGE_MS',
  'PRICE_PICTURE',
  'PRICE_RESAMPLE',
  'PRICE_HIT',
  'PRICE_COMPOSITION',
  'OPEN_JOBS_TENANT',
  'OPEN_JOBS_KEY',
  'PROMPT_BLOCK_LIST',
  'PROMPT_POLICY_URL',
  'URL_PRESETS',
  'USAGE_EXPORT',
  'DNS_RESOLVER_URL',
];

/**
 * Reads the settings, making what a first start lacks (key, signing secret), and writes `dev.json`.
 * @throws StartError when the model or a variable is not usable.
 */
export async function loadSettings(options: StartOptions, environment: Environment): Promise<Settings> {
  const { dataDir, modelDir, port } = options;
  const model = await readModelCard(modelDir);
  const s3 = s3VariablesOf(environment, port);
  const remoteBackend = remoteBackendOf(environment);
  const givenKeys = signingKeysOf(environment);
  const publicUrl = publicUrlOf(environment);
  const backendPort = await freePort();
  const secrets = await loadDevSecrets(dataDir);
  const signingKeys = givenKeys ?? secrets.SIGNING_KEYS;
  const key = await loadDevKey(dataDir);
  const session = {
    url: `http://${HOST}:${port}`,
    apiKey: key.text,
    backendUrl: remoteBackend ?? `http://${HOST}:${backendPort}`,
    s3Endpoint: s3.S3_ENDPOINT,
  };
  await writeDevSession(dataDir, session);
  return {
    model,
    key,
    session,
    runsBackend: remoteBackend === undefined,
    backendPort,
    backendVariables: { ...s3, MODEL_DIR: modelDir, SIGNING_KEYS: signingKeys },
    edgeVariables: {
      ...s3,
      BACKEND_URL: session.backendUrl,
      SIGNING_KEYS: signingKeys,
      URL_SIGNING_KEYS: environment.URL_SIGNING_KEYS || secrets.URL_SIGNING_KEYS,
      RECEIPT_SIGNING_KEY: environment.RECEIPT_SIGNING_KEY || secrets.RECEIPT_SIGNING_KEY,
      MODEL_CARD: JSON.stringify(model),
      ...given(environment, PASSED_ON),
      ...(publicUrl === undefined ? {} : { PUBLIC_URL: publicUrl }),
    },
  };
}

function given(environment: Environment, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}
