import type { Page, Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openPage } from '../../fixtures/browser.ts';
import { createImages } from '../http.ts';
import { openWithKey, type PageParts } from './open-with-key.ts';

/** Keeps pictures from coming until it is told to let them. */
async function holdPictures(page: Page): Promise<() => Promise<void>> {
  const held: Route[] = [];
  let isOpen = false;
  await page.route(/\/i\/[0-9a-f]{64}\./u, async (route) => {
    if (isOpen) await route.continue();
    else held.push(route);
  });
  return async () => {
    isOpen = true;
    await Promise.all(held.map((route) => route.continue()));
  };
}

/** Mean colour of what the n-th canvas below `selector` shows, and whether the picture over it is there. */
const STATE = (selector: string): string => `(() => {
  const canvas = document.querySelector('${selector} canvas');
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  const mean = (channel) => {
    let sum = 0;
    for (let at = channel; at < data.length; at += 4) sum += data[at];
    return sum / (data.length / 4);
  };
  const image = document.querySelector('${selector} img');
  const { width: px } = canvas.getBoundingClientRect();
  const { width: imagePx } = image.getBoundingClientRect();
  return { colour: [0, 1, 2].map(mean), isThere: image.naturalWidth > 0, isAsLarge: px === imagePx };
})()`;

interface State {
  readonly colour: readonly [number, number, number];
  readonly isThere: boolean;
  readonly isAsLarge: boolean;
}

export function placeholders(parts: () => PageParts): void {
  describe('what stands where a picture comes', () => {
    it('is its blur: in the history', async () => {
      const { page, problems } = await openWithKey(parts(), { place: '/paint?prompt=a+red+apple' });
      await page.getByRole('region', { name: 'History' }).getByRole('img', { name: 'a red apple' }).waitFor();
      const release = await holdPictures(page);
      await page.goto(`${parts().stack.url}/#/mix`);
      await page.reload();
      await page.locator('.history canvas').waitFor();
      const { colour, isThere, isAsLarge } = (await page.evaluate(STATE('.history'))) as State;
      expect({ isThere, isAsLarge }).toEqual({ isThere: false, isAsLarge: true });
      // Red on white.
      expect(colour[0]).toBeGreaterThan(200);
      expect(colour[0] - colour[1]).toBeGreaterThan(40);
      await release();
      await expect.poll(() => page.evaluate('document.querySelector(".history img").naturalWidth')).toBe(64);
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('is its blur: of the picture that a link brings, without a key', async () => {
      const { stack, browser } = parts();
      const { page: first } = await openWithKey(parts(), { place: '/paint?prompt=a+green+apple' });
      await first.locator('.painted').getByText('seed 0 ').waitFor();
      const link = first.url();
      await first.context().close();
      const [wanted] = (await createImages(stack, { prompt: 'a green apple' })).data;
      expect(new URLSearchParams(link.slice(link.indexOf('?'))).get('thumbhash')).toBe(wanted?.thumbhash);

      const { page, problems } = await openPage(browser, stack.url);
      const release = await holdPictures(page);
      // The whole page is not there before its pictures are.
      await page.goto(link, { waitUntil: 'domcontentloaded' });
      await page.locator('.frame canvas').waitFor();
      const { colour, isThere, isAsLarge } = (await page.evaluate(STATE('.frame'))) as State;
      expect({ isThere, isAsLarge }).toEqual({ isThere: false, isAsLarge: true });
      expect(colour[1] - colour[2]).toBeGreaterThan(20);
      await release();
      await expect.poll(() => page.evaluate('document.querySelector(".frame > img").naturalWidth')).toBe(64);
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('is its blur: in each cell of a sheet, as the cells are made', async () => {
      const { page, problems } = await openWithKey(parts(), {
        place: '/grid?prompt=a+blue+apple&columns=2',
      });
      const release = await holdPictures(page);
      await page.getByRole('button', { name: /^Paint 8 pictures/u }).click();
      await expect.poll(() => page.locator('.sheet canvas').count()).toBe(8);
      expect(await page.evaluate(STATE('.sheet'))).toMatchObject({ isThere: false, isAsLarge: true });
      await release();
      const naturals = 'Array.from(document.querySelectorAll(".sheet img"), (image) => image.naturalWidth)';
      await expect.poll(() => page.evaluate(naturals)).toEqual(Array(8).fill(64));
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('is nothing where a link’s hash is none', async () => {
      const { stack, browser } = parts();
      const [picture] = (await createImages(stack, { prompt: 'a red apple' })).data;
      const { page, problems } = await openPage(browser, stack.url);
      const file = picture?.url.split('/').at(-1);
      await page.goto(`${stack.url}/#/paint?prompt=a+red+apple&picture=${file}&thumbhash=%00nonsense`);
      await expect.poll(() => page.evaluate('document.querySelector(".frame > img")?.naturalWidth')).toBe(64);
      expect(problems).toEqual([]);
      await page.context().close();
    });
  });
}
