import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { createImages } from '../http.ts';
import { openWithKey, type PageParts } from './open-with-key.ts';
import { prepaidKey } from './prepaid-key.ts';

/** More new pictures than are watched. */
const placeOf = (prompt: string): string => `/grid?prompt=${prompt}&columns=7`;
const PICTURES = 28;

/** Lets no step of a job through to the page until it is told to. */
async function holdSteps(page: Page): Promise<() => Promise<void>> {
  const open = Promise.withResolvers<void>();
  await page.route(/\/v1\/jobs\/job_[0-9a-f]+/u, async (route) => {
    if (route.request().method() === 'GET') await open.promise;
    // The page may be gone by then.
    await route.continue().catch(() => undefined);
  });
  return async () => {
    open.resolve();
    await page.unrouteAll({ behavior: 'wait' });
  };
}

const HELD = 'sessionStorage.getItem("galip.job.grid")';

export function longJob(parts: () => PageParts): void {
  describe('a sheet of many new pictures', () => {
    it('is made as a job, which outlives the page', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts(), { place: placeOf('a+camel') });
      const release = await holdSteps(page);
      const accepted = page.waitForResponse((answer) => answer.url().endsWith('/v1/grids'));
      await page.getByRole('button', { name: `Paint ${PICTURES} pictures · ${PICTURES} units` }).click();
      expect((await accepted).status()).toBe(202);
      await page.getByText('It goes on if you leave this page').waitFor();
      // Elsewhere on the page, and after a reload, it is the same job that is found again.
      await page.getByRole('link', { name: 'Mix' }).click();
      await page.getByText('Say two things').waitFor();
      await page.goBack();
      await page.getByText('It goes on if you leave this page').waitFor();
      const held = await page.evaluate(HELD);
      await page.reload();
      await page.getByText('It goes on if you leave this page').waitFor();
      expect(await page.evaluate(HELD)).toBe(held);
      await release();
      await page.getByRole('link', { name: 'Download the sheet' }).waitFor();
      await page.getByRole('button', { name: `Paint ${PICTURES} pictures · free` }).waitFor();
      const [single] = (await createImages(stack, { prompt: 'a camel', seed: 6, truncation: 1.4 })).data;
      expect(single?.cache).toBe('hit');
      const last = page.getByRole('img', { name: 'a camel, ψ 1.4, seed 6' });
      expect(await last.getAttribute('src')).toBe(single?.url);
      expect(await page.evaluate(HELD)).toBeNull();
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('tells how far it is', async () => {
      const { page, problems } = await openWithKey(parts(), { place: placeOf('a+zebra') });
      const told: string[] = [];
      await page.exposeFunction('tell', (text: string) => told.push(text));
      await page.evaluate(`new MutationObserver(() => {
        const text = document.querySelector('.price progress + p')?.textContent;
        if (text) tell(text);
      }).observe(document.body, { subtree: true, childList: true, characterData: true })`);
      await page.getByRole('button', { name: `Paint ${PICTURES} pictures · ${PICTURES} units` }).click();
      await page.getByRole('link', { name: 'Download the sheet' }).waitFor();
      expect(told).toContain('waiting for its turn');
      // The sheet is a file, too.
      const done = told.map((text) => /^(\d+) of 29 files$/u.exec(text)?.[1]).filter(Boolean);
      expect(done.length).toBeGreaterThan(0);
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('can be cancelled; what the try under way makes is still there', async () => {
      const { page, problems } = await openWithKey(parts(), { place: placeOf('a+llama') });
      const release = await holdSteps(page);
      await page.getByRole('button', { name: `Paint ${PICTURES} pictures · ${PICTURES} units` }).click();
      const cancelled = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('It ends once what is being made now is there').waitFor();
      expect((await cancelled).status()).toBe(200);
      await release();
      // Cancelled in time or not: it has ended, and what there is costs nothing any more.
      await page.getByRole('button', { name: /^Paint 28 pictures · (?:\d+ units?|free)$/u }).waitFor();
      expect(await page.evaluate(HELD)).toBeNull();
      expect(await page.getByRole('alert').count()).toBe(0);
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('is forgotten where the key is another account’s', async () => {
      const { page, problems } = await openWithKey(parts(), {
        place: placeOf('a+panda'),
        expectedStatuses: [404],
      });
      const release = await holdSteps(page);
      await page.getByRole('button', { name: /^Paint 28 pictures · \d+ units/u }).click();
      await page.getByRole('button', { name: 'Cancel' }).waitFor();
      await expect.poll(() => page.evaluate(HELD)).not.toBeNull();
      await page.getByRole('button', { name: 'Key', exact: true }).click();
      await page.getByLabel('Key', { exact: true }).fill(await prepaidKey(parts().stack, 1));
      await page.getByRole('button', { name: 'Use this key' }).click();
      await release();
      await page.getByRole('button', { name: /^Paint 28 pictures/u }).waitFor();
      expect(await page.evaluate(HELD)).toBeNull();
      expect(await page.getByRole('alert').count()).toBe(0);
      expect(problems).toEqual([]);
      await page.context().close();
    });
  });
}
