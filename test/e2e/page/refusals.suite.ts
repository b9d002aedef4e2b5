import { describe, expect, it } from 'vitest';
import { createApiKey } from '../../../gpu-backend/contract/api-key.ts';
import { openPage } from '../../fixtures/browser.ts';
import { openWithKey, type PageParts } from './open-with-key.ts';
import { prepaidKey } from './prepaid-key.ts';

export function refusals(parts: () => PageParts): void {
  describe('what is refused', () => {
    it('says so when the credit is used up, and keeps the last picture', async () => {
      const apiKey = await prepaidKey(parts().stack, 1);
      const { page, problems } = await openWithKey(parts(), { apiKey, expectedStatuses: [402, 403] });
      const box = page.getByLabel('What do you want to see?');
      await box.fill('a silver key');
      await page.getByText('1 unit · made for you').waitFor();
      await page.getByText('0 left').waitFor();
      await box.fill('a golden key');
      const notice = page.getByRole('alert');
      await notice.getByText('Out of credit').waitFor();
      expect(await page.locator('.frame > img').count()).toBe(1);
      await notice.getByRole('link', { name: 'See the balance' }).click();
      await page.getByRole('region', { name: 'Balance' }).getByText('Available').waitFor();
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('says that a prompt is not allowed, in the API’s words', async () => {
      const { page, problems } = await openWithKey(parts(), { expectedStatuses: [400] });
      await page.getByLabel('What do you want to see?').fill('a forbidden fruit');
      await page.getByRole('alert').getByText('nothing was made or charged').waitFor();
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('says that there is no connection, and goes on when told to', async () => {
      const { page } = await openWithKey(parts());
      await page.getByText('emoji-64', { exact: true }).waitFor();
      await page.context().setOffline(true);
      await page.getByLabel('What do you want to see?').fill('a wooden spoon');
      await page.getByRole('alert').getByText('No connection').waitFor();
      await page.context().setOffline(false);
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('img', { name: 'a wooden spoon' }).first().waitFor();
      expect(await page.getByRole('alert').count()).toBe(0);
      await page.context().close();
    });

    it('says that a key is not accepted, and takes another', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts(), {
        apiKey: createApiKey('test').text,
        expectedStatuses: [401],
      });
      await page.getByRole('alert').getByText('This key is not accepted').waitFor();
      await page.getByRole('button', { name: 'Use another key' }).click();
      await page.getByLabel('Key', { exact: true }).fill('glp_nonsense');
      await page.getByRole('button', { name: 'Use this key' }).click();
      await page.getByText('That is no API key').waitFor();
      await page.getByLabel('Key', { exact: true }).fill(stack.apiKey);
      await page.getByRole('button', { name: 'Use this key' }).click();
      await page.getByText('emoji-64', { exact: true }).waitFor();
      expect(await page.evaluate('localStorage.getItem("galip.key")')).toBeNull();
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('asks for a key where there is none, keeps it on the device if told so, and forgets it', async () => {
      const { stack, browser } = parts();
      const { page, problems } = await openPage(browser, stack.url);
      await page.goto(stack.url);
      await page.getByText('With a key, it is painted while you type.').waitFor();
      await page.getByRole('main').getByRole('button', { name: 'Add your key' }).click();
      await page.getByLabel('Key', { exact: true }).fill(stack.apiKey);
      await page.getByLabel('on this device').check();
      await page.keyboard.press('Enter');
      await page.getByText('emoji-64', { exact: true }).waitFor();
      await page.reload();
      await page.getByText('emoji-64', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Key', exact: true }).click();
      await page.getByRole('button', { name: 'Forget the key' }).click();
      await page.getByText('With a key, it is painted while you type.').waitFor();
      expect(await page.evaluate('JSON.stringify([localStorage, sessionStorage])')).not.toContain('glp_');
      expect(problems).toEqual([]);
      await page.context().close();
    });
  });
}
