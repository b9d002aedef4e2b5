import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createImages } from '../http.ts';
import { openWithKey, type PageParts } from './open-with-key.ts';

export function twoPrompts(parts: () => PageParts): void {
  describe('morphing', () => {
    it('follows the slider; its ends are the plain pictures', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts(), { place: '/morph' });
      await page.getByRole('textbox', { name: 'From' }).fill('a pumpkin');
      await page.getByRole('textbox', { name: 'To' }).fill('a moon');
      const shown = page.locator('.frame > img');
      await shown.waitFor();
      const slider = page.getByRole('slider', { name: 'How far' });
      const becomes = async (prompt: unknown): Promise<void> => {
        const [wanted] = (await createImages(stack, { prompt })).data;
        await expect.poll(() => shown.getAttribute('data-url')).toBe(wanted?.url);
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

  describe('the film of a morph', () => {
    it('is priced, made with progress, played, and made of the slider’s own pictures', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts(), {
        place: '/morph?prompt=a+teapot&to=a+hat&step=0',
      });
      await page.locator('.frame > img').waitFor();
      const told: string[] = [];
      await page.exposeFunction('tell', (text: string) => told.push(text));
      await page.evaluate(`new MutationObserver(() => {
        const text = document.querySelector('.price progress + p')?.textContent;
        if (text) tell(text);
      }).observe(document.body, { subtree: true, childList: true, characterData: true })`);
      // The begin is there already.
      await page.getByRole('button', { name: 'Play · 24 units' }).click();
      const pause = page.getByRole('button', { name: 'Pause' });
      await pause.waitFor();
      expect(told).toContain('25 of 25 pictures');
      await expect.poll(() => page.getByText(/^frame \d+ of 48$/u).textContent()).not.toBe('frame 1 of 48');
      await pause.click();
      const slider = page.getByRole('slider', { name: 'Frame', exact: true });
      await slider.press('Home');
      for (let step = 0; step < 6; step++) await slider.press('ArrowRight');
      const prompt = [
        { text: 'a teapot', weight: 3 },
        { text: 'a hat', weight: 1 },
      ];
      const [quarter] = (await createImages(stack, { prompt })).data;
      expect(quarter?.cache).toBe('hit');
      await expect.poll(() => page.locator('.frame > img').getAttribute('data-url')).toBe(quarter?.url);

      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download animation' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('a-teapot-a-hat.webp');
      const { pages, loop } = await sharp(await download.path()).metadata();
      expect({ pages, loop }).toEqual({ pages: 48, loop: 0 });

      await page.getByRole('textbox', { name: 'To' }).fill('a cap');
      await page.getByRole('button', { name: /^Play · \d+ units$/u }).waitFor();
      expect(problems).toEqual([]);
      await page.context().close();
    });
  });

  describe('a film with settings of its own', () => {
    it('has a seed for each end, a length, a pace and an end, and is priced anew with each', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts(), {
        place: '/morph?prompt=a+lemon&to=a+lime&step=0&frames=7&fps=7&loop=false',
      });
      await page.getByRole('button', { name: 'Play · 6 units' }).waitFor();
      await page.getByText('Film: 7 frames, 1.0 s').click();
      await page.getByRole('slider', { name: 'Frames', exact: true }).press('ArrowLeft');
      await page.getByRole('button', { name: 'Play · 5 units' }).waitFor();
      await page.getByRole('slider', { name: 'Frames a second' }).press('ArrowLeft');
      await page.getByText('Film: 6 frames, 1.0 s').waitFor();
      await page.getByRole('radio', { name: 'ease-in', exact: true }).check();
      await page.getByRole('spinbutton', { name: 'Seed of the end, as a number' }).fill('5');
      await page.getByRole('button', { name: 'Play · 5 units' }).click();
      // Shown once, it stays at its end.
      await page.getByText('frame 6 of 6').waitFor();
      await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
      const shown = page.locator('.frame > img');
      const [end] = (await createImages(stack, { prompt: 'a lime', seed: 5 })).data;
      await expect.poll(() => shown.getAttribute('data-url')).toBe(end?.url);
      const slider = page.getByRole('slider', { name: 'Frame', exact: true });
      await slider.press('Home');
      for (let frame = 0; frame < 2; frame++) await slider.press('ArrowRight');
      // Two fifths of the time, slowly at first: 0.16 of the way.
      const way = {
        prompt: [
          { text: 'a lemon', weight: 21 },
          { text: 'a lime', weight: 4 },
        ],
        variation: { seed: 5, strength: 0.16 },
      };
      const [third] = (await createImages(stack, way)).data;
      expect(third?.cache).toBe('hit');
      await expect.poll(() => shown.getAttribute('data-url')).toBe(third?.url);

      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download animation' }).click(),
      ]);
      const { pages, loop } = await sharp(await download.path()).metadata();
      expect({ pages, loop }).toEqual({ pages: 6, loop: 1 });
      await page.reload();
      await page.getByRole('button', { name: 'Play · free' }).waitFor();
      expect(problems).toEqual([]);
      await page.context().close();
    });
  });

  describe('mixing', () => {
    it('gives stages to the other prompt, by buttons, and is a link', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts(), { place: '/mix' });
      await page.getByRole('button', { name: 'blue heart + sunflower' }).click();
      const shown = page.locator('.frame > img');
      const becomes = async (stages: object): Promise<void> => {
        const [wanted] = (await createImages(stack, { prompt: 'blue heart', stages })).data;
        await expect.poll(() => shown.getAttribute('data-url')).toBe(wanted?.url);
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
