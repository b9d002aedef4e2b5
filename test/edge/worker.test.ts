import { createExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import worker from '../../edge/worker.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What a Worker with these variables answers, and the lines of its log. */
async function answerWith(variables: Record<string, unknown>) {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const request = new Request<unknown, IncomingRequestCfProperties>('https://edge.example/healthz');
  const response = await worker.fetch(request, { ...env, ...variables }, createExecutionContext());
  return { response, log: log.mock.calls.map(([line]) => String(line)).join('\n') };
}

describe('the Worker', () => {
  it('runs with the variables of the tests', async () => {
    const main = exports as unknown as { default: Fetcher };
    expect((await main.default.fetch('https://edge.example/healthz')).status).toBe(200);
  });

  it.each<[string, unknown]>([
    ['BACKEND_URL', undefined],
    ['BACKEND_URL', 'ftp://hidden.example'],
    ['BACKEND_URL', 'https://user:hidden@backend.example'],
    ['BACKEND_URL', 'https://backend.example/hidden'],
    ['BACKEND_HEDGE_MS', '0'],
    ['BACKEND_HEDGE_MS', 'hidden'],
    ['SIGNING_KEYS', 'k1:hidden'],
    ['SIGNING_KEYS', ''],
    ['S3_ENDPOINT', 'hidden'],
    ['S3_BUCKET', 'Hidden Bucket'],
    ['S3_REGION', ''],
    ['S3_ACCESS_KEY_ID', undefined],
    ['S3_SECRET_ACCESS_KEY', ''],
    ['MODEL_CARD', 'hidden'],
    ['MODEL_CARD', '{"id":"hidden"}'],
    ['PUBLIC_URL', 'hidden'],
    ['DNS_RESOLVER_URL', 'hidden'],
    ['PRICE_PICTURE', '-1'],
    ['PRICE_HIT', 'hidden'],
    ['PRICE_COMPOSITION', '0.5'],
    ['OPEN_JOBS_TENANT', '0'],
    ['OPEN_JOBS_KEY', 'hidden'],
    ['PROMPT_POLICY_URL', 'hidden'],
    ['URL_SIGNING_KEYS', 'k1:hidden'],
    ['URL_PRESETS', 'hidden'],
    ['URL_PRESETS', '{"icon":{"colour":"hidden"}}'],
    ['DB', undefined],
  ])('answers 500 and names %s when it is %j', async (variable, value) => {
    const { response, log } = await answerWith({ [variable]: value });
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { code: 'internal_error' } });
    expect(log).toContain(variable);
    expect(log).not.toMatch(/hidden/iu);
    expect(log).toContain(response.headers.get('x-request-id'));
  });

  it('names all variables that are wrong at once', async () => {
    const { log } = await answerWith({ S3_BUCKET: '', BACKEND_URL: undefined, PUBLIC_URL: 'x' });
    for (const variable of ['S3_BUCKET', 'BACKEND_URL', 'PUBLIC_URL']) expect(log).toContain(variable);
  });

  it.each([undefined, ''])('needs no PUBLIC_URL (%j)', async (value) => {
    expect((await answerWith({ PUBLIC_URL: value })).response.status).toBe(200);
  });
});
