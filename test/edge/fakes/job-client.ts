import { exports } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { JobView } from '../../../edge/jobs/job-view.ts';
import { type IssueOptions, issueKey } from './test-edge.ts';

const ORIGIN = 'https://edge.example';

/** One event of a stream. */
export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: JobView;
}

/** A client of the Worker itself, with a key of a tenant of its own unless one is named. */
export async function createJobClient(options: IssueOptions = {}) {
  const tenant = options.tenant ?? crypto.randomUUID();
  const key = await issueKey({ scopes: ['generate', 'read'], ...options, tenant });
  const { default: worker } = exports as unknown as { default: Fetcher };
  const client = {
    tenant,
    key,
    fetch: (path: string, init: RequestInit = {}): Promise<Response> =>
      worker.fetch(ORIGIN + path, {
        ...init,
        headers: {
          authorization: `Bearer ${key}`,
          ...(init.body ? { 'content-type': 'application/json' } : {}),
          ...(init.headers as Record<string, string>),
        },
      }),
    send: (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
      client.fetch(path, { method, headers, body: JSON.stringify(body) }),
    generate: (body: unknown, headers?: Record<string, string>): Promise<Response> =>
      client.send('POST', '/v1/images/generations', body, headers),
    /** Orders a job, which must be accepted. */
    async order(body: Record<string, unknown>, headers?: Record<string, string>): Promise<JobView> {
      const response = await client.generate({ async: true, ...body }, headers);
      expect(response.status).toBe(202);
      return response.json<JobView>();
    },
    async job(id: string): Promise<JobView> {
      const response = await client.fetch(`/v1/jobs/${id}`);
      expect(response.status).toBe(200);
      return response.json<JobView>();
    },
    /** The job's events to its end. */
    async events(id: string, lastEventId?: string): Promise<StreamEvent[]> {
      const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
      const response = await client.fetch(`/v1/jobs/${id}/events`, { headers });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      return parseEvents(await response.text());
    },
    /** The job once it has ended. */
    async ended(id: string): Promise<JobView> {
      await client.events(id);
      return client.job(id);
    },
  };
  return client;
}

function parseEvents(text: string): StreamEvent[] {
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('id: '))
    .map((block) => {
      const [, id = '', event = '', data = ''] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/u.exec(block) ?? [];
      return { id, event, data: JSON.parse(data) as JobView };
    });
}
