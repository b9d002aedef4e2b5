import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { json, startApiServer } from './api-server.ts';

const MAIN = fileURLToPath(new URL('../../edge/client/cli/main.ts', import.meta.url));
const QUEUED = { id: 'job_1', object: 'job', status: 'queued', attempts: 0, result: null, error: null };

it.each([
  [[], ['POST /v1/images/generations']],
  [['--async'], ['POST /v1/images/generations', 'GET /v1/jobs/job_1/events', 'DELETE /v1/jobs/job_1']],
])('Ctrl-C ends the command line with 130, and its job: %j', async (options, expected) => {
  const asked = Promise.withResolvers<void>();
  await using server = await startApiServer((response, { method, url }) => {
    if (method === 'DELETE') return json(response, 200, { ...QUEUED, status: 'cancelled' });
    if (url.endsWith('/events')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('id: 1\ndata: {"status":"queued","attempts":0}\n\n', () => asked.resolve());
    } else if (options.length > 0) json(response, 202, QUEUED);
    else asked.resolve();
  });
  const env = { ...process.env, GALIP_BASE_URL: server.origin, GALIP_API_KEY: 'glp_test_key' };
  const child = spawn(process.execPath, [MAIN, 'a red apple', ...options], { cwd: tmpdir(), env });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      printed += chunk;
    });
  }
  const ended = once(child, 'close');
  await asked.promise;
  child.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
  expect(printed).toBe('');
  expect(server.heard.map(({ method, url }) => `${method} ${url}`)).toEqual(expected);
});
