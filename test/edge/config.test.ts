import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig, type WorkerEnv } from '../../edge/config.ts';
import { BAD_VARIABLES, GOOD_VARIABLES, TWO_BACKENDS } from '../fixtures/service-variables.ts';

const CARD = { id: 'm', digest: 'd'.repeat(64), licence: 'MIT', commercialUse: true, imageSize: 64 };

function read(variables: Readonly<Record<string, string>>): void {
  // Of the bindings, only that there is a database is looked at.
  const env = { ...variables, MODEL_CARD: JSON.stringify(CARD), DB: {} };
  parseConfig(env as unknown as WorkerEnv);
}

describe('the Worker, as npm start (test/infra/local/services.test.ts),', () => {
  it.each([
    ['services', GOOD_VARIABLES],
    ['services without a public URL', { ...GOOD_VARIABLES, PUBLIC_URL: '' }],
    ['several backends', { ...GOOD_VARIABLES, BACKEND_URL: TWO_BACKENDS }],
  ])('takes %s', (_, variables) => {
    expect(() => read(variables)).not.toThrow();
  });

  it.each(BAD_VARIABLES)('refuses %s %j, naming it and no secret', (name, value) => {
    const variables = { ...GOOD_VARIABLES, [name]: value };
    expect(() => read(variables)).toThrow(ConfigError);
    expect(() => read(variables)).toThrow(name);
    expect(() => read(variables)).not.toThrow(/s3cret|user@|ssss/u);
  });
});
