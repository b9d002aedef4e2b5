import { expect, it } from 'vitest';
import { createGalip } from '../../edge/client/create-galip.ts';
import * as errors from '../../edge/client/errors.ts';
import type { JobStep } from '../../edge/client/jobs/watch-job.ts';
import { type Answer, fail, json, startApiServer } from './api-server.ts';

const EVENTS = '/v1/jobs/job_1/events';
const RESULT = { data: [{ b64_json: 'AAAA' }] };
const running = { id: 'job_1', status: 'running', attempts: 1, result: null, error: null };
const succeeded = { id: 'job_1', status: 'succeeded', attempts: 2, result: RESULT, error: null };

async function watch(answer: Answer) {
  await using server = await startApiServer(answer);
  const { jobs } = createGalip({ baseUrl: server.origin, apiKey: 'glp_test_key', retries: 0 });
  const steps: JobStep[] = [];
  for await (const step of jobs.watch('job_1')) steps.push(step);
  return { steps, heard: server.heard };
}

it('goes on after a stream that broke off, from the last event that it heard', async () => {
  const { steps, heard } = await watch((response, { url, headers }, at) => {
    if (url !== EVENTS) return json(response, 200, at > 2 ? succeeded : running);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (headers['last-event-id'] === '2') {
      return response.end('id: 3\nevent: job.succeeded\ndata: {"status":"succeeded","attempts":2}\n\n');
    }
    response.write(
      'retry: 2000\n\nid: 1\ndata: {"status":"queued","attempts":0}\n\nid: 2\ndata: {"status":"running","attempts":1}\n\nid: 3\nda',
      () => response.destroy(),
    );
  });
  expect(steps).toMatchObject([
    { status: 'queued', attempts: 0, job: undefined },
    { status: 'running', attempts: 1, job: undefined },
    { status: 'succeeded', attempts: 2, job: succeeded },
  ]);
  expect(heard.map(({ url }) => url)).toEqual([EVENTS, '/v1/jobs/job_1', EVENTS, '/v1/jobs/job_1']);
});

it('asks for the job where no events come through', async () => {
  const { steps, heard } = await watch((response, { url }, at) => {
    if (url === EVENTS) return response.destroy();
    json(response, 200, at > 5 ? succeeded : running);
  });
  expect(steps.map(({ status }) => status)).toEqual(['running', 'succeeded']);
  expect(heard.filter(({ url }) => url === EVENTS)).toHaveLength(2);
});

it('ends at once for a job that has ended, and for one that there is not', async () => {
  const { steps } = await watch((response, { url }) =>
    url === EVENTS ? response.writeHead(204).end() : json(response, 200, succeeded),
  );
  expect(steps).toMatchObject([{ status: 'succeeded', job: succeeded }]);
  await expect(watch((response) => fail(response, 'not_found'))).rejects.toBeInstanceOf(errors.NotFoundError);
});

it.each([
  [{ status: 'failed', error: { code: 'content_moderated', message: 'no' } }, errors.ModerationError],
  [{ status: 'expired', error: { code: 'deadline_exceeded', message: 'late' } }, errors.ServerError],
  [{ status: 'cancelled', error: { code: 'backend_unavailable', message: 'away' } }, errors.JobError],
])('wait throws what a job ended by: %o', async (end, Class) => {
  await using server = await startApiServer((response, { url }) =>
    url === EVENTS ? response.writeHead(204).end() : json(response, 200, { ...running, ...end }),
  );
  const { jobs } = createGalip({ baseUrl: server.origin });
  await expect(jobs.wait('job_1')).rejects.toBeInstanceOf(Class);
});
