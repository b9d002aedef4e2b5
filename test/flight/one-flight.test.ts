import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { fingerprintOf } from '../../gpu-backend/contract/fingerprint.ts';
import { type RealEdge, startRealEdge } from '../edge-s3/real-edge.ts';

/** Requests for one picture that wait at the same time … */
const CROWD = 1_000;
/**
 * … sent as many at once: on a busy machine the local object store answers a thousand look-ups only after the edge has
 * given up. CROWD_WAVE=1000 on a quiet one.
 */
const WAVE = Number(process.env.CROWD_WAVE ?? 250);
/** A thousand reservations of one ledger are five seconds on a quiet machine. */
const GATHER_MS = 45_000;

let edge: RealEdge;
let release: () => void = () => undefined;

interface Image {
  readonly b64_json: string;
  readonly fingerprint: string;
  readonly cache: string;
  readonly units: number;
}

beforeAll(async () => {
  edge = await startRealEdge((fingerprint) => new Uint8Array(Buffer.from(fingerprint, 'hex')));
});

afterEach(() => release());
afterAll(() => edge[Symbol.asyncDispose]());

const generate = (prompt: string, signal?: AbortSignal) =>
  fetch(new URL('/v1/images/generations', edge.url), {
    method: 'POST',
    headers: { authorization: edge.authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ prompt, response_format: 'b64_json' }),
    ...(signal && { signal }),
  });

async function imageOf(response: Response): Promise<Image> {
  expect(response.status, response.ok ? '' : await response.clone().text()).toBe(200);
  const [image] = ((await response.json()) as { data: Image[] }).data;
  if (!image) throw new Error('one picture was asked for');
  return image;
}

const nameOf = (prompt: string) =>
  fingerprintOf({ model: 'd'.repeat(64), prompt, seed: 0, size: 64, format: 'png', quality: null });

/** How often each outcome stands in the ledger for a picture; NULL is a lease that is still open. */
async function outcomesOf(prompt: string): Promise<Record<string, number>> {
  const sql = `SELECT outcome, count(*) AS n FROM charges WHERE fingerprint = '${await nameOf(prompt)}' GROUP BY outcome`;
  const rows = await edge.ledger<{ outcome: string | null; n: number }>(sql);
  return Object.fromEntries(rows.map(({ outcome, n }) => [String(outcome), n]));
}

describe('one flight, on workerd', () => {
  it(`makes one picture, one object, equal bodies and a row each for ${CROWD} requests that wait`, async () => {
    release = edge.backend.hold();
    const answers: Promise<Image>[] = [];
    while (answers.length < CROWD) {
      for (let sent = 0; sent < WAVE; sent++) answers.push(generate('a crowd').then(imageOf));
      await vi.waitFor(async () => expect((await outcomesOf('a crowd')).null).toBe(answers.length), {
        timeout: GATHER_MS,
        interval: 100,
      });
    }
    release();
    const images = await Promise.all(answers);
    expect(edge.backend.made()).toBe(1);
    expect(await edge.objects()).toEqual([`i/${await nameOf('a crowd')}.png`]);
    expect(new Set(images.map(({ b64_json }) => b64_json)).size).toBe(1);
    expect(images.filter(({ cache }) => cache === 'miss')).toHaveLength(1);
    expect(images.reduce((sum, { units }) => sum + units, 0)).toBe(1);
    expect(await outcomesOf('a crowd')).toEqual({ generated: 1, follower: CROWD - 1 });
  }, 240_000);

  it('goes on when the client that started it hangs up, who pays for what was made', async () => {
    const before = edge.backend.made();
    release = edge.backend.hold();
    const asked = edge.backend.asked();
    const client = new AbortController();
    const starter = generate('a hang-up', client.signal);
    await asked;
    client.abort();
    await expect(starter).rejects.toThrow();
    const follower = generate('a hang-up');
    release();
    expect((await imageOf(await follower)).units).toBe(0);
    expect(edge.backend.made()).toBe(before + 1);
    await vi.waitFor(async () => {
      const { generated, null: open } = await outcomesOf('a hang-up');
      expect({ generated, open }).toEqual({ generated: 1, open: undefined });
    });
  });
});
