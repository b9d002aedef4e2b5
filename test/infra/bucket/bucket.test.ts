import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHarness } from 'wrangler';
import { describeOutcome } from '../../../infra/bucket/describe-outcome.ts';
import { parseCommand } from '../../../infra/bucket/parse-command.ts';
import { type BucketService, runBucket } from './run-bucket.ts';

// What a service refuses, and the command line. Ceph takes all but encryption: test/conformance/ceph-bucket.test.ts.

const root = new URL('../../../', import.meta.url).pathname;
const BUCKET = 'galip-images';
const harness = createTestHarness({ root, workers: [{ configPath: `${root}wrangler.toml`, env: 'local' }] });
let service: BucketService;

beforeAll(async () => {
  const { url } = await harness.listen();
  service = {
    endpoint: new URL('/cdn-cgi/local/r2/s3', url).href,
    accessKeyId: 'galip-local',
    secretAccessKey: 'galip-local-secret',
  };
});
afterAll(() => harness.close());

describe("wrangler's S3 endpoint, which has R2's encryption and no other setting", () => {
  it('keeps what is so already, and says what the service refuses', async () => {
    const { code, out, error } = await runBucket(service, BUCKET);
    expect(error).toBe('');
    expect(out).toMatch(
      /^encryption: unchanged\nlifecycle: refused: the service answers 501 NotImplemented\n {2}\+ \[/u,
    );
    expect(out).toContain('Where the service does not have it: --skip lifecycle,cors,public-access,policy\n');
    expect(code).toBe(1);
  });

  it('is content where that is left out', async () => {
    const { code, out } = await runBucket(service, BUCKET, '--skip', 'lifecycle,cors,public-access,policy');
    expect({ code, out }).toEqual({ code: 0, out: 'encryption: unchanged\n' });
  });

  it('names the trouble with a wrong key and repeats no secret', async () => {
    const { code, error, out } = await runBucket({ ...service, secretAccessKey: 'not-this-one' }, BUCKET);
    expect(error).toMatch(/^The service answers 403 \w+/u);
    expect(error + out).not.toContain('not-this-one');
    expect(code).toBe(1);
  });

  it('says which variable is missing', async () => {
    const { code, error } = await runBucket({ ...service, secretAccessKey: '' }, BUCKET);
    expect(error).toContain('S3_SECRET_ACCESS_KEY is not set');
    expect(code).toBe(1);
  });
});

it.each([
  [[], '--endpoint must be an http or https URL without credentials.'],
  [['--endpoint', 'ftp://a.example'], '--endpoint is "ftp://a.example": must be'],
  [
    ['--endpoint', 'https://a:secret@b.example'],
    '--endpoint must be an http or https URL without credentials.',
  ],
  [['--endpoint', 'https://a.example', '--bucket', 'A'], '--bucket is "A": must be'],
  [
    ['--endpoint', 'https://a.example', '--bucket', 'abc', '--skip', 'acl'],
    '--skip has "acl": it takes encryption,',
  ],
  [['--endpoint', 'https://a.example', '--bucket', 'abc', '--forec'], "Unknown option '--forec'"],
])('refuses %j', (args, message) => {
  expect(() => parseCommand(args)).toThrow(message);
});

it('shows which lines go and which come', () => {
  const outcome = { name: 'cors', outcome: 'changed', current: ['a', 'b'], wanted: ['a', 'c'] } as const;
  expect(describeOutcome(outcome)).toBe('cors: changed\n    [\n      "a",\n  -   "b"\n  +   "c"\n    ]');
});
