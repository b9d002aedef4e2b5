import { expect, it } from 'vitest';
import { inTurns } from '../../edge/generation/in-turns.ts';

it('does all, never more than so many at a time, in order', async () => {
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  await inTurns([...Array(20).keys()], 3, async (item) => {
    begun.push(item);
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  });
  expect(begun).toEqual([...Array(20).keys()]);
  expect(most).toBe(3);
});

it('begins nothing more after a failure, and tells the first once all that was begun has ended', async () => {
  const ended: number[] = [];
  const work = inTurns([...Array(20).keys()], 3, async (item) => {
    for (let turn = 0; turn < (item === 0 ? 9 : 1); turn++)
      await new Promise((resolve) => setImmediate(resolve));
    ended.push(item);
    if (item > 0) throw new Error(`failure of ${item}`);
  });
  await expect(work).rejects.toThrow('failure of 1');
  expect(ended).toEqual([1, 2, 0]);
});
