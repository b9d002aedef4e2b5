import { describe, expect, it } from 'vitest';
import type { DevStack } from '../fixtures/dev-stack.ts';
import { openLive } from '../fixtures/live-client.ts';
import { bytesOf, decode, picturesMade } from './http.ts';

export function live(stack: () => DevStack, nativePx: number): void {
  describe('GET /v1/live', () => {
    it('paints the last of what is typed fast, makes little else, and knows it the next time', async () => {
      const client = await openLive(stack().url, stack().apiKey);
      const text = 'a purple octopus';
      const made = await picturesMade(stack());
      for (const at of text.split('').keys()) client.send({ id: `k${at}`, prompt: text.slice(0, at + 1) });
      const last = await client.replyTo(`k${text.length - 1}`);
      if (last.type !== 'picture') throw new Error(JSON.stringify(last));
      expect(last).toMatchObject({ cache: 'miss', units: 1 });
      expect(await decode(last.file ?? new Uint8Array())).toMatchObject({
        width: nativePx,
        height: nativePx,
      });
      expect(Buffer.from(last.file ?? []).equals(await bytesOf(last.url ?? ''))).toBe(true);
      const { replies } = client;
      const ids = replies.flatMap((reply) => ('id' in reply ? [reply.id] : []));
      expect(new Set(ids).size).toBe(text.length);
      const painted = replies.filter(({ type }) => type === 'picture');
      expect(painted.length).toBeLessThanOrEqual(2);
      // Paid is what was made, and nothing else.
      const units = painted.reduce((sum, reply) => sum + (reply.type === 'picture' ? reply.units : 0), 0);
      expect(units).toBe((await picturesMade(stack())) - made);
      client.send({ id: 'again', prompt: `  ${text.toUpperCase()}` });
      expect(await client.replyTo('again')).toMatchObject({
        cache: 'hit',
        units: 0,
        fingerprint: last.fingerprint,
      });
      client.close();
    });

    it('makes one picture for two sockets with the same prompt', async () => {
      const made = await picturesMade(stack());
      const clients = await Promise.all([0, 1].map(() => openLive(stack().url, stack().apiKey)));
      for (const { send } of clients) send({ id: 'x', prompt: 'two people want this' });
      const replies = await Promise.all(clients.map(({ replyTo }) => replyTo('x')));
      expect(replies.map((reply) => reply.type === 'picture' && reply.units).toSorted()).toEqual([0, 1]);
      expect(await picturesMade(stack())).toBe(made + 1);
      for (const { close } of clients) close();
    });

    it('tells wrong keys and wrong messages', async () => {
      const { closed, replies } = await openLive(stack().url, `${stack().apiKey.slice(0, -1)}!`);
      expect(await closed).toMatchObject({ code: 1008 });
      expect(replies).toMatchObject([{ type: 'error', id: null, error: { code: 'invalid_api_key' } }]);
      const client = await openLive(stack().url, stack().apiKey);
      client.send({ id: 'x', prompt: 'cat', size: '1x2' });
      expect(await client.replyTo('x')).toMatchObject({ error: { code: 'invalid_request', param: 'size' } });
      client.close();
    });
  });
}
