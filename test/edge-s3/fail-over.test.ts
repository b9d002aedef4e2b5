import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RealEdge, startRealEdge } from './real-edge.ts';

// Two backends on loopback before the Worker on workerd: one that turns everything away as a proxy without endpoints
// does, and one that works.

const OPENS_AFTER = 5;
const REQUESTS = 20;

let edge: RealEdge;
let turnedAway = 0;
const cold = createServer((request, response) => {
  turnedAway++;
  request.resume();
  request.once('end', () => response.writeHead(502).end());
});

beforeAll(async () => {
  cold.listen(0, '127.0.0.1');
  await once(cold, 'listening');
  const coldUrl = `http://127.0.0.1:${(cold.address() as AddressInfo).port}`;
  edge = await startRealEdge(
    (fingerprint) => new Uint8Array(Buffer.from(fingerprint, 'hex')),
    (url) => ({ BACKEND_URL: `${coldUrl},${url}` }),
  );
});

afterAll(async () => {
  cold.close();
  await edge[Symbol.asyncDispose]();
});

const generate = (prompt: string) =>
  edge.fetch('/v1/images/generations', {
    method: 'POST',
    headers: { authorization: edge.authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ prompt }),
  });

// In this order: the second ends what the first needs.
it('makes every picture once, charges for it once, and soon leaves the cold backend alone', async () => {
  for (let at = 0; at < REQUESTS; at++) expect((await generate(`picture ${at}`)).status).toBe(200);
  expect(edge.backend.made()).toBe(REQUESTS);
  expect(await edge.objects()).toHaveLength(REQUESTS);
  const sql = 'SELECT outcome, count(*) AS n, sum(units) AS units FROM charges GROUP BY outcome';
  expect(await edge.ledger(sql)).toEqual([{ outcome: 'generated', n: REQUESTS, units: REQUESTS }]);
  // All flights of the isolate share what is known: each alone would ask it first. Probes may have come in between.
  expect(turnedAway).toBeGreaterThanOrEqual(OPENS_AFTER);
  expect(turnedAway).toBeLessThan(REQUESTS);
});

it('answers 503 with Retry-After where all are gone, and charges nothing', async () => {
  await edge.backend[Symbol.asyncDispose]();
  const response = await generate('too late');
  expect(response.status).toBe(503);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(await response.json()).toMatchObject({ error: { code: 'backend_unavailable' } });
  const sql = "SELECT count(*) AS n FROM charges WHERE outcome = 'generated'";
  expect(await edge.ledger(sql)).toEqual([{ n: REQUESTS }]);
});
