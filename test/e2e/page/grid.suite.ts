import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createImages } from '../http.ts';
import { openWithKey, type PageParts } from './open-with-key.ts';

export function grid(parts: () => PageParts): void {
  describe('the grid', () => {
    it('is priced, then painted, and each cell is the single picture', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts(), {
        place: '/grid?prompt=a+teapot&seed=2&columns=3',
      });
      await page.getByRole('button', { name: 'Paint 12 pictures · 12 units' }).click();
      await page.getByRole('button', { name: 'Paint 12 pictures · free' }).waitFor();
      await page.getByText('0 to be made, 12 exist already').waitFor();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Download the sheet' }).click(),
      ]);
      const { width = 0, format } = await sharp(await download.path()).metadata();
      expect(format).toBe('png');
      expect(width).toBeGreaterThan(3 * 64);
      const [single] = (await createImages(stack, { prompt: 'a teapot', seed: 4, truncation: 0.6 })).data;
      const cell = page.getByRole('img', { name: 'a teapot, ψ 0.6, seed 4' });
      expect(await cell.getAttribute('src')).toBe(single?.url);
      await cell.click();
      await expect
        .poll(() => page.locator('.frame > img').getAttribute('data-url'))
        .toContain(single?.fingerprint);
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('has a row for each of several prompts', async () => {
      const { page, problems } = await openWithKey(parts(), { place: '/grid?rows=prompts&columns=2' });
      await page.getByLabel('Prompts, one a line').fill('a spoon\n\na fork');
      await page.getByRole('button', { name: /^Paint 4 pictures/u }).click();
      await page.getByRole('img', { name: 'a fork, a fork, seed 1' }).waitFor();
      expect(await page.getByRole('rowheader').allTextContents()).toEqual(['a spoon', 'a fork']);
      expect(problems).toEqual([]);
      await page.context().close();
    });
  });
}
