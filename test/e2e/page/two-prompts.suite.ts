import { describe, expect, it } from 'vitest';
import { createImages } from '../http.ts';
import { openWithKey, type PageParts } from './open-with-key.ts';

export function twoPrompts(parts: () => PageParts): void {
  describe('morphing', () => {
    it('follows the slider; its ends are the plain pictures', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts(), { place: '/morph' });
      await page.getByLabel('From', { exact: true }).fill('a pumpkin');
      await page.getByLabel('To', { exact: true }).fill('a moon');
      const shown = page.locator('.frame img');
      await shown.waitFor();
      const slider = page.getByRole('slider', { name: 'How far' });
      const becomes = async (prompt: unknown): Promise<void> => {
        const [wanted] = (await createImages(stack, { prompt })).data;
        await expect.poll(() => shown.getAttribute('src')).toBe(wanted?.url);
      };
      await becomes([{ text: 'a pumpkin' }, { text: 'a moon' }]);
      await slider.press('End');
      await becomes('a moon');
      await slider.press('ArrowLeft');
      await becomes([
        { text: 'a pumpkin', weight: 1 },
        { text: 'a moon', weight: 23 },
      ]);
      await slider.press('Home');
      await becomes('a pumpkin');
      expect(problems).toEqual([]);
      await page.context().close();
    });
  });

  describe('mixing', () => {
    it('gives stages to the other prompt, by buttons, and is a link', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts(), { place: '/mix' });
      await page.getByRole('button', { name: 'blue heart + sunflower' }).click();
      const shown = page.locator('.frame img');
      const becomes = async (stages: object): Promise<void> => {
        const [wanted] = (await createImages(stack, { prompt: 'blue heart', stages })).data;
        await expect.poll(() => shown.getAttribute('src')).toBe(wanted?.url);
      };
      await becomes({ '3-4': 'sunflower' });
      await page.getByRole('button', { name: 'Stage 1' }).click();
      await becomes({ 1: 'sunflower', '3-4': 'sunflower' });
      await page.reload();
      await becomes({ 1: 'sunflower', '3-4': 'sunflower' });
      expect(problems).toEqual([]);
      await page.context().close();
    });
  });
}
