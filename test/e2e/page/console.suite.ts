import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createImages, postImages } from '../http.ts';
import { openWithKey, type PageParts } from './open-with-key.ts';
import { prepaidKey } from './prepaid-key.ts';

export function operatorConsole(parts: () => PageParts): void {
  describe('the console', () => {
    it('shows what GET /v1/usage says, as charts and as tables', async () => {
      const { stack } = parts();
      await createImages(stack, { prompt: 'an anchor', n: 3 });
      const { page, problems } = await openWithKey(parts(), { place: '/console' });
      const usage = page.getByRole('region', { name: 'Usage' });
      await usage.getByText('As a table').first().click();
      const table = usage.getByRole('table', { name: 'Usage by day' });
      const headers = { authorization: `Bearer ${stack.apiKey}` };
      const answer = await (await fetch(`${stack.url}/v1/usage`, { headers })).json();
      const { pictures, units } = (answer as { total: { pictures: number; units: number } }).total;
      expect(await table.getByRole('row').last().getByRole('cell').allTextContents()).toEqual([
        `${pictures}`,
        `${units}`,
      ]);
      await usage.getByRole('img', { name: `${pictures} pictures, ${units} units` }).waitFor();
      await usage.getByRole('img', { name: /generated \d+/u }).waitFor();
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('issues a key that works, exchanges it and revokes it', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts(), { place: '/console' });
      const keys = page.getByRole('region', { name: 'Keys', exact: true });
      await keys.getByLabel('Name').fill('made in the console');
      await keys.getByRole('button', { name: 'Create a key' }).click();
      const secret = keys.getByText(/^glp_live_\w{30,}$/u);
      const first = (await secret.textContent()) ?? '';
      const asks = async (apiKey: string): Promise<number> =>
        (await postImages({ ...stack, apiKey }, { prompt: 'an anchor' })).status;
      expect(await asks(first)).toBe(200);
      expect(
        await page.evaluate('location.href + JSON.stringify([localStorage, sessionStorage])'),
      ).not.toContain(first);

      await keys.getByRole('button', { name: 'Re-roll made in the console' }).click();
      await keys.getByRole('button', { name: 'Really re-roll?' }).click();
      await expect.poll(() => secret.textContent()).not.toBe(first);
      const second = (await secret.textContent()) ?? '';
      expect(await asks(second)).toBe(200);

      await keys.getByRole('button', { name: 'Revoke made in the console' }).click();
      await keys.getByRole('button', { name: 'Really revoke?' }).click();
      await keys
        .getByRole('row', { name: /made in the console/u })
        .getByText('revoked')
        .waitFor();
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('gives the receipts of a day as a file', async () => {
      const { page, problems } = await openWithKey(parts(), { place: '/console' });
      const receipts = page.getByRole('region', { name: 'Receipts' });
      await receipts.getByRole('button', { name: 'Look them up' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        receipts.getByRole('button', { name: 'Download' }).click(),
      ]);
      const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
      await receipts.getByText(`${lines.length} receipts`).waitFor();
      expect(JSON.parse(lines[0] ?? '')).toHaveProperty('signature');
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('says of a key without the scope what it may not do, and shows the rest', async () => {
      const apiKey = await prepaidKey(parts().stack, 5);
      const { page, problems } = await openWithKey(parts(), {
        apiKey,
        place: '/console',
        expectedStatuses: [403],
      });
      await page
        .getByRole('region', { name: 'Keys', exact: true })
        .getByText('This key may not do that')
        .waitFor();
      await page.getByRole('region', { name: 'Balance' }).getByText('Granted').waitFor();
      expect(problems).toEqual([]);
      await page.context().close();
    });
  });
}
