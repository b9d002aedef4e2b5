import { describe, expect, it } from 'vitest';
import { openPage } from '../../fixtures/browser.ts';
import { createImages } from '../http.ts';
import { openWithKey, type PageParts } from './open-with-key.ts';

export function painting(parts: () => PageParts): void {
  describe('painting', () => {
    it('opens by the address that npm start prints, and keeps the key out of the address', async () => {
      const { stack, browser } = parts();
      const [, address = ''] = / {2}Page +(http\S+)/u.exec(stack.logs()) ?? [];
      const { page, problems } = await openPage(browser, stack.url);
      await page.goto(address);
      await page.getByText('emoji-64', { exact: true }).waitFor();
      expect(page.url()).not.toContain(stack.apiKey);
      expect(await page.evaluate('history.length + location.href')).not.toContain(stack.apiKey);
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('paints what is typed, and shows the very picture that the API gives', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts());
      await page.getByLabel('What do you want to see?').pressSequentially('a yellow banana', { delay: 20 });
      const picture = page.getByRole('img', { name: 'a yellow banana' }).first();
      await picture.waitFor();
      const [wanted] = (await createImages(stack, { prompt: 'a yellow banana' })).data;
      await expect.poll(() => picture.getAttribute('data-url')).toBe(wanted?.url);
      expect(await page.evaluate('document.querySelector(".frame > img").naturalWidth')).toBe(64);
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('says whether a picture existed, and what it cost', async () => {
      const { page } = await openWithKey(parts());
      await page.getByLabel('What do you want to see?').fill('a violet grape');
      await page.getByText('1 unit · made for you').waitFor();
      await page.reload();
      await page.getByText('free · was made before').waitFor();
      await page.context().close();
    });

    it('tells the price first where it does not paint at once', async () => {
      const { page, problems } = await openWithKey(parts());
      await page.getByLabel('Paint as I type').uncheck();
      await page.getByLabel('What do you want to see?').fill('a brown bear');
      await page.getByText('1 unit · to be made').waitFor();
      expect(await page.locator('.frame > img').count()).toBe(0);
      await page.getByRole('button', { name: 'Paint · 1 unit' }).click();
      await page.getByText('1 unit · made for you').waitFor();
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('follows the sliders, by keyboard too, to the pictures of these settings', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts());
      // The prompt has the focus: nothing here needs a pointer.
      await page.keyboard.type('a green frog');
      await page.keyboard.press('Enter');
      await page.locator('.frame > img').waitFor();
      const press = async (label: string, key: string, times: number): Promise<void> => {
        for (let step = 0; step < 60; step++) {
          await page.keyboard.press('Tab');
          const focused = await page.evaluate('document.activeElement?.labels?.[0]?.textContent ?? ""');
          if (String(focused).startsWith(label)) break;
        }
        for (let time = 0; time < times; time++) await page.keyboard.press(key);
      };
      await press('Seed', 'ArrowRight', 3);
      await press('Truncation', 'ArrowLeft', 6);
      await press('Variation', 'ArrowRight', 10);
      const body = {
        prompt: 'a green frog',
        seed: 3,
        truncation: 0.7,
        variation: { seed: 1, strength: 0.5 },
      };
      const [wanted] = (await createImages(stack, body)).data;
      await expect.poll(() => page.locator('.frame > img').getAttribute('data-url')).toBe(wanted?.url);
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('paints on the way while a slider is dragged', async () => {
      const { page, problems } = await openWithKey(parts(), { place: '/paint?prompt=a+green+frog' });
      await page.locator('.frame > img').waitFor();
      await page.evaluate(`window.seen = new Set();
        new MutationObserver(() => seen.add(document.querySelector('.frame > img').src))
          .observe(document.querySelector('.frame'), { subtree: true, attributes: true })`);
      const slider = page.getByRole('slider', { name: 'Seed' });
      await slider.focus();
      for (let step = 0; step < 40; step++) await page.keyboard.press('ArrowRight', { delay: 25 });
      await page.locator('.painted').getByText('seed 40 ').waitFor();
      const seen = Number(await page.evaluate('seen.size'));
      expect(seen).toBeGreaterThan(2);
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('paints over one live socket', async () => {
      const { page, problems } = await openWithKey(parts());
      const sockets: string[] = [];
      const sent: string[] = [];
      page.on('websocket', (socket) => {
        sockets.push(socket.url());
        socket.on('framesent', ({ payload }) => sent.push(String(payload)));
      });
      const box = page.getByLabel('What do you want to see?');
      for (const prompt of ['a brown boot', 'a brown boat']) {
        await box.fill(prompt);
        await page.locator('.painted').getByText(prompt, { exact: true }).waitFor();
      }
      expect(sockets).toEqual([`${parts().stack.url.replace('http', 'ws')}/v1/live`]);
      expect(sent.map((text) => JSON.parse(text))).toMatchObject([
        { prompt: 'a brown boot' },
        { prompt: 'a brown boat' },
      ]);
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('paints by requests where something on the way lets no socket through', async () => {
      const { page, problems } = await openWithKey(parts());
      await page.routeWebSocket(/\/v1\/live$/u, (socket) => socket.close({ code: 1011 }));
      await page.getByLabel('What do you want to see?').fill('a brown bag');
      await page.locator('.painted').getByText('a brown bag', { exact: true }).waitFor();
      await page.getByText('1 unit · made for you').waitFor();
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('has a history whose entries lead back, and links that work without a key', async () => {
      const { stack, browser } = parts();
      const { page, problems } = await openWithKey(parts());
      const box = page.getByLabel('What do you want to see?');
      await box.fill('a snowman');
      await page.locator('.painted').getByText('a snowman').waitFor();
      // The history leaves out what was passed through within a second and a half.
      await page.clock.install();
      await page.clock.runFor(2_000);
      await box.fill('a ghost');
      await page.clock.runFor(1_000);
      await page.locator('.painted').getByText('a ghost').waitFor();
      const history = page.getByRole('region', { name: 'History' });
      await history.getByRole('link', { name: 'a snowman' }).click();
      await expect.poll(() => box.inputValue()).toBe('a snowman');
      await page.clock.runFor(1_000);
      await page.locator('.painted').getByText('a snowman').waitFor();
      await page.goBack();
      await expect.poll(() => box.inputValue()).toBe('a ghost');

      await page.getByRole('button', { name: 'Copy link' }).click();
      const link = String(await page.evaluate('navigator.clipboard.readText()'));
      expect(link).not.toContain(stack.apiKey);
      expect(problems).toEqual([]);
      await page.context().close();

      const other = await openPage(browser, stack.url);
      await other.page.goto(link);
      await other.page.getByRole('img', { name: 'a ghost' }).waitFor();
      await other.page.getByText('as it was shared with you').waitFor();
      expect(other.problems).toEqual([]);
      await other.page.context().close();
    });
  });
}
