import { startDevStack } from '../fixtures/dev-stack.ts';
import { type LiveClient, openLive } from '../fixtures/live-client.ts';
import { percentile } from './serving/percentile.ts';
import type { Verdict } from './verdict.ts';

/** Pictures of each kind and run. */
const PICTURES = 200;
/** Prompts that are typed, letter by letter. */
const TYPED = ['a red apple', 'a purple octopus', 'an old castle', 'two green frogs'] as const;
/** Between two keys of a fast typist, ms. */
const KEY_MS = 80;

/** Keystroke to pixels: from a message sent to the last byte of its picture, over `npm start` on this machine. */
export async function* benchLive(runs: number): AsyncGenerator<Verdict> {
  const stack = await startDevStack();
  try {
    const client = await openLive(stack.url, stack.apiKey);
    await ask(client, 'warm', 'a warm-up');
    const misses: number[] = [];
    const hits: number[] = [];
    for (let run = 0; run < runs; run++) {
      const live = await openLive(stack.url, stack.apiKey);
      for (let at = 0; at < PICTURES; at++) misses.push(await ask(live, `m${at}`, `picture ${run} ${at}`));
      for (let at = 0; at < PICTURES; at++) hits.push(await ask(live, `h${at}`, `picture ${run} ${at}`));
      live.close();
    }
    yield { text: describe('miss', misses), isWithin: true };
    yield { text: describe('hit', hits), isWithin: true };
    yield { text: await type(client), isWithin: true };
    client.close();
  } finally {
    await stack.stop();
  }
}

async function ask({ send, replyTo }: LiveClient, id: string, prompt: string): Promise<number> {
  const sentMs = performance.now();
  send({ id, prompt, output_format: 'webp' });
  const reply = await replyTo(id);
  if (reply.type !== 'picture') throw new Error(JSON.stringify(reply));
  return reply.atMs - sentMs;
}

/** A prompt a letter at a time: how soon after its last key it stands there, and what was made on the way. */
async function type({ send, replyTo, replies }: LiveClient): Promise<string> {
  const last: number[] = [];
  for (const [which, text] of TYPED.entries()) {
    for (let length = 1; length <= text.length; length++) {
      await new Promise((resolve) => setTimeout(resolve, KEY_MS));
      const id = `t${which} ${length}`;
      const sentMs = performance.now();
      send({ id, prompt: text.slice(0, length), output_format: 'webp' });
      if (length === text.length) last.push((await replyTo(id)).atMs - sentMs);
    }
  }
  const typed = replies.filter((reply) => 'id' in reply && reply.id?.startsWith('t'));
  const painted = typed.filter(({ type: kind }) => kind === 'picture').length;
  return `${describe('last key', last)}; a key each ${KEY_MS} ms: ${painted} of ${typed.length} painted`;
}

function describe(name: string, ms: readonly number[]): string {
  return `${name}: p50 ${percentile(ms, 0.5).toFixed(1)} ms, p95 ${percentile(ms, 0.95).toFixed(1)} ms (${ms.length})`;
}
