import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../edge/config.ts';
import { publicUrlOf, remoteBackendOf, s3VariablesOf, signingKeysOf } from '../../../infra/local/services.ts';
import { StartError } from '../../../infra/local/start-error.ts';

const GOOD: Readonly<Record<string, string>> = {
  BACKEND_URL: 'https://backend.example.com',
  SIGNING_KEYS: `a:${'s'.repeat(32)}`,
  S3_ENDPOINT: 'https://s3.example.com/path',
  S3_BUCKET: 'pictures.example-1',
  S3_ACCESS_KEY_ID: 'id',
  S3_SECRET_ACCESS_KEY: 'secret',
  PUBLIC_URL: 'http://localhost:8080/',
};

/** Read as `npm start` does. */
function readServices(environment: Readonly<Record<string, string>>): void {
  s3VariablesOf(environment, 8_787);
  remoteBackendOf(environment);
  signingKeysOf(environment);
  publicUrlOf(environment);
}

/** Read as the Worker does. */
function readConfig(variables: Readonly<Record<string, string>>): void {
  const card = {
    id: 'm',
    digest: 'd'.repeat(64),
    licence: 'MIT',
    commercialUse: true,
    imageSize: 64,
  };
  parseConfig({ ...variables, MODEL_CARD: JSON.stringify(card), DB: {} as D1Database });
}

describe('npm start takes and refuses the variables that the Worker does', () => {
  it.each([
    ['as they should be', GOOD],
    ['without a public URL', { ...GOOD, PUBLIC_URL: '' }],
  ])('%s', (_, variables) => {
    expect(() => readConfig(variables)).not.toThrow();
    expect(() => readServices(variables)).not.toThrow();
  });

  const noOrigin = ['here', 'ftp://a.example', 'http://a.example/path', 'http://a.example/?a=b', 'http://'];
  const secretive = ['http://user@a.example', 'http://a.example/?token=s3cret', 'http://a.example/#s3cret'];
  const notBare = ['here', '//a.example', 's3://bucket', ...secretive];
  it.each<[string, string]>([
    ...[...noOrigin, ...secretive].map((value): [string, string] => ['BACKEND_URL', value]),
    ...[...noOrigin, ...secretive].map((value): [string, string] => ['PUBLIC_URL', value]),
    ...notBare.map((value): [string, string] => ['S3_ENDPOINT', value]),
    ['S3_BUCKET', 'My_Bucket'],
    ['S3_BUCKET', 'a'],
    ['S3_BUCKET', 'a/b'],
    ['S3_BUCKET', 'b'.repeat(64)],
    ['SIGNING_KEYS', 'a:short'],
    ['SIGNING_KEYS', `a:${'s'.repeat(32)},a:${'t'.repeat(32)}`],
  ])('not %s %j', (name, value) => {
    const variables = { ...GOOD, [name]: value };
    expect(() => readConfig(variables)).toThrow(name);
    expect(() => readServices(variables)).toThrow(StartError);
    expect(() => readServices(variables)).toThrow(new RegExp(`^${name} `, 'u'));
    expect(() => readServices(variables)).not.toThrow(/s3cret|user@|short|ssss/u);
  });
});
