import { describe, expect, it } from 'vitest';
import { publicUrlOf, remoteBackendOf, s3VariablesOf, signingKeysOf } from '../../../infra/local/services.ts';
import { StartError } from '../../../infra/local/start-error.ts';
import { BAD_VARIABLES, GOOD_VARIABLES, TWO_BACKENDS } from '../../fixtures/service-variables.ts';

function readServices(environment: Readonly<Record<string, string>>): void {
  s3VariablesOf(environment, 8_787);
  remoteBackendOf(environment);
  signingKeysOf(environment);
  publicUrlOf(environment);
}

describe('npm start, as the Worker (test/edge/config.test.ts),', () => {
  it.each([
    ['services', GOOD_VARIABLES],
    ['services without a public URL', { ...GOOD_VARIABLES, PUBLIC_URL: '' }],
    ['several backends', { ...GOOD_VARIABLES, BACKEND_URL: TWO_BACKENDS }],
  ])('takes %s', (_, variables) => {
    expect(() => readServices(variables)).not.toThrow();
  });

  it.each(BAD_VARIABLES)('refuses %s %j, naming it and no secret', (name, value) => {
    const variables = { ...GOOD_VARIABLES, [name]: value };
    expect(() => readServices(variables)).toThrow(StartError);
    expect(() => readServices(variables)).toThrow(new RegExp(`^${name} `, 'u'));
    expect(() => readServices(variables)).not.toThrow(/s3cret|user@|short|ssss/u);
  });
});
