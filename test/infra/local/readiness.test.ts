import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { HOST } from '../../../infra/local/ports.ts';
import { createReadiness } from '../../../infra/local/readiness.ts';

/** A part that answers with these statuses, one after another, and then with the last one. */
async function startPart(...statuses: number[]): Promise<string> {
  const server = createServer((_, response) => {
    const status = statuses.length > 1 ? statuses.shift() : statuses[0];
    response.writeHead(status ?? 200).end();
  }).listen(0, HOST);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://${HOST}:${(server.address() as AddressInfo).port}/`;
}

it('waits until a part is ready', async () => {
  const { whenOk } = createReadiness(new AbortController().signal);
  await whenOk('edge', await startPart(503, 404, 204));
});

it('gives up on a part that answers 500, well before the deadline', async () => {
  const { whenOk } = createReadiness(new AbortController().signal);
  await expect(whenOk('edge', await startPart(503, 500))).rejects.toThrow(
    'The edge runs, but cannot serve: see its lines above.',
  );
});

it('stops waiting when it is told to', async () => {
  const stop = new AbortController();
  const waiting = createReadiness(stop.signal).whenOk('edge', await startPart(503));
  stop.abort(new Error('asked to stop'));
  await expect(waiting).rejects.toThrow('asked to stop');
});
