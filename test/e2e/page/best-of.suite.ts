import { describe, expect, it } from 'vitest';
import { createImages } from '../http.ts';
import { openWithKey, type PageParts } from './open-with-key.ts';

export function bestOf(parts: () => PageParts): void {
  describe('the best of several', () => {
    it('is priced, then made; scores stand beside their judge', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts(), { place: '/paint?prompt=a+kite&seed=2' });
      await page.locator('.painted').getByText('seed 2 ').waitFor();
      const several = page.getByRole('region', { name: 'Best of several' });
      await several.getByRole('radio', { name: '4' }).check();
      // Seed 2 is there already.
      await several.getByText('3 to be made, 1 exist already').waitFor();
      await several.getByRole('button', { name: 'Paint 4 candidates · 3 units' }).click();
      const candidates = page.getByRole('region', { name: '4 candidates' });
      await candidates.waitFor();

      const answer = await createImages(stack, { prompt: 'a kite', seed: 2, n: 4, best_of: 4 });
      const images = candidates.getByRole('img');
      const urls = await images.evaluateAll((all) => all.map((one) => one.getAttribute('src')));
      expect(urls).toEqual(answer.data.map(({ url }) => url));
      const scores = await candidates.getByRole('listitem').locator('b').allTextContents();
      expect(scores).toEqual(answer.data.map(({ score = 0 }) => score.toFixed(3)));
      expect(answer.best_of).toMatchObject({ judge: 'independent', judge_name: 'emoji-64-judge' });
      await candidates.getByText('Scores by emoji-64-judge, which took no part in the training.').waitFor();

      // The best one is on the screen; another is, once it is chosen.
      const shown = page.locator('.frame > img');
      await expect.poll(() => shown.getAttribute('data-url')).toBe(answer.data[0]?.url);
      await candidates.getByRole('button').last().click();
      await expect.poll(() => shown.getAttribute('data-url')).toBe(answer.data[3]?.url);
      await several.getByRole('button', { name: 'Paint 4 candidates · free' }).waitFor();
      expect(await candidates.getByRole('button', { pressed: true }).count()).toBe(1);

      await page.reload();
      await several.getByRole('button', { name: 'Paint 4 candidates · free' }).waitFor();
      await expect.poll(() => shown.getAttribute('data-url')).toBe(answer.data[3]?.url);
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('asks the model’s own CLIP where told to, and says what is to be known of it', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts(), { place: '/paint?prompt=a+violin&best_of=4' });
      await page.getByRole('radio', { name: 'the model’s own CLIP' }).check();
      await page.getByRole('button', { name: /^Paint 4 candidates · \d units$/u }).click();
      const candidates = page.getByRole('region', { name: '4 candidates' });
      await candidates.waitFor();
      const body = { prompt: 'a violin', n: 4, best_of: 4, judge: 'clip' };
      const { data, best_of: bestOfFour } = await createImages(stack, body);
      const scores = await candidates.getByRole('listitem').locator('b').allTextContents();
      expect(scores).toEqual(data.map(({ score = 0 }) => score.toFixed(3)));
      const said = await candidates.getByRole('paragraph').textContent();
      expect(said).toBe(`Scores by clip. ${bestOfFour?.caveat}`);
      expect(new URL(page.url()).hash).toContain('judge=clip');
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('shows the best ten of sixteen', async () => {
      const { page, problems } = await openWithKey(parts(), { place: '/paint?prompt=a+drum&best_of=16' });
      await page.getByRole('button', { name: /^Paint 16 candidates · 1[56] units$/u }).click();
      const candidates = page.getByRole('region', { name: 'The best 10 of 16' });
      await candidates.waitFor();
      expect(await candidates.getByRole('button').count()).toBe(10);
      await page.getByRole('button', { name: 'Paint 16 candidates · free' }).waitFor();
      expect(problems).toEqual([]);
      await page.context().close();
    });
  });
}
