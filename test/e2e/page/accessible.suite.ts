import { describe, expect, it } from 'vitest';
import { axeFindings, isTooWide } from '../../fixtures/axe.ts';
import { openPage } from '../../fixtures/browser.ts';
import { openWithKey, type PageParts } from './open-with-key.ts';
import { prepaidKey } from './prepaid-key.ts';

const SCREENS = [
  { name: 'desktop', viewport: { width: 1280, height: 900 } },
  { name: 'phone', viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
];

export function accessible(parts: () => PageParts): void {
  describe.each(SCREENS)('on a $name', ({ name: _, ...screen }) => {
    describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
      const options = { ...screen, colorScheme };

      it('axe finds nothing where a picture is painted', async () => {
        const { page } = await openWithKey(parts(), {
          ...options,
          place: '/paint?prompt=a+red+apple&strength=0.2&best_of=4',
        });
        await page.locator('.frame > img').waitFor();
        await page.getByRole('button', { name: /^Paint 4 candidates ·/u }).click();
        await page.getByRole('region', { name: '4 candidates' }).waitFor();
        expect(await axeFindings(page)).toEqual([]);
        expect(await isTooWide(page)).toBe(false);
        await page.context().close();
      });

      it('axe finds nothing in a mix', async () => {
        const place = '/mix?prompt=blue+heart&other=sunflower';
        const { page } = await openWithKey(parts(), { ...options, place });
        await page.locator('.frame > img').waitFor();
        expect(await axeFindings(page)).toEqual([]);
        expect(await isTooWide(page)).toBe(false);
        await page.context().close();
      });

      it('axe finds nothing in a morph', async () => {
        const { page } = await openWithKey(parts(), { ...options, place: '/morph?prompt=a+moon&to=a+sun' });
        await page.locator('.frame > img').waitFor();
        await page.getByText(/^Film:/u).click();
        expect(await axeFindings(page)).toEqual([]);
        expect(await isTooWide(page)).toBe(false);
        await page.context().close();
      });

      it('axe finds nothing in a grid', async () => {
        const { page } = await openWithKey(parts(), {
          ...options,
          place: '/grid?prompt=a+red+apple&columns=8',
        });
        await page.getByRole('button', { name: /^Paint 32 pictures/u }).click();
        await page.getByRole('button', { name: 'Paint 32 pictures · free' }).waitFor();
        expect(await axeFindings(page)).toEqual([]);
        expect(await isTooWide(page)).toBe(false);
        await page.context().close();
      });

      it('axe finds nothing in the console', async () => {
        const { page } = await openWithKey(parts(), { ...options, place: '/console' });
        await page.locator('.charts svg').first().waitFor();
        await page.getByRole('region', { name: 'API keys' }).waitFor();
        expect(await axeFindings(page)).toEqual([]);
        expect(await isTooWide(page)).toBe(false);
        await page.context().close();
      });

      it('axe finds nothing without a key, and in the dialog that takes one', async () => {
        const { stack, browser } = parts();
        const { page } = await openPage(browser, stack.url, options);
        await page.goto(stack.url);
        const add = page.getByRole('main').getByRole('button', { name: 'Add your key' });
        await add.waitFor();
        expect(await axeFindings(page)).toEqual([]);
        await add.click();
        await page.getByRole('dialog').waitFor();
        expect(await axeFindings(page)).toEqual([]);
        expect(await isTooWide(page)).toBe(false);
        await page.context().close();
      });

      it('axe finds nothing where the credit is used up', async () => {
        const apiKey = await prepaidKey(parts().stack, 0);
        const { page } = await openWithKey(parts(), {
          ...options,
          apiKey,
          place: '/paint?prompt=something+new',
        });
        await page.getByRole('alert').waitFor();
        expect(await axeFindings(page)).toEqual([]);
        await page.context().close();
      });
    });
  });

  it('changes its colours by the button, and keeps them', async () => {
    const { page, problems } = await openWithKey(parts(), { colorScheme: 'light' });
    const ground = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const light = await ground();
    const button = page.getByRole('button', { name: /^Colours/u });
    await button.click();
    expect(await ground()).toBe(light);
    await button.click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await ground()).toBe(dark);
    expect(problems).toEqual([]);
    await page.context().close();
  });
}
