import { describe, expect, it } from 'vitest';
import { axeFindings, isTooWide } from '../../fixtures/axe.ts';
import type { DevStack } from '../../fixtures/dev-stack.ts';
import { postImages } from '../http.ts';
import { openWithKey, type PageParts } from './open-with-key.ts';

/** What the API says of a tenant to its operator. */
async function told({ url, apiKey }: DevStack, path: string): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const response = await fetch(`${url}/v1/admin/tenants/${path}`, { headers });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

export function tenants(parts: () => PageParts): void {
  describe('an operator’s console', () => {
    it('makes a tenant, pays in, limits it, and suspends it', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts(), { place: '/console' });
      const section = page.getByRole('region', { name: 'Tenants', exact: true });
      await section.getByLabel('Id, for ever').fill('umbrella');
      await section.getByLabel('Name').fill('Umbrella Corp.');
      await section.getByRole('button', { name: 'Create a tenant' }).click();
      await section.getByRole('button', { name: 'Manage umbrella' }).click();
      const panel = section.getByRole('region', { name: 'Umbrella Corp.' });
      await panel.getByText('paid in advance').waitFor();

      const grant = panel.getByRole('form', { name: 'Grant' });
      await grant.getByLabel('Units').fill('3');
      await grant.getByRole('button', { name: 'Grant credit' }).click();
      await panel.getByRole('definition').first().getByText('3', { exact: true }).waitFor();
      expect(await told(stack, 'umbrella/balance')).toMatchObject({ available: 3, credited: 3 });

      const budgets = panel.getByRole('form', { name: 'Budgets of umbrella' });
      await budgets.getByLabel('Units a month').fill('2');
      await budgets.getByRole('button', { name: 'Save budgets' }).click();
      await budgets.getByRole('status').getByText('Saved').waitFor();
      expect(await told(stack, 'umbrella')).toMatchObject({
        limits: { day_units: null, month_units: 2, total_units: null },
      });

      // A key of its own, made here, spends what it was given, and no more.
      const keys = page.getByRole('region', { name: 'Keys', exact: true });
      await keys.getByLabel('Name').fill('umbrella server');
      await keys.getByLabel('Tenant').selectOption('umbrella');
      await keys.getByRole('button', { name: 'Create a key' }).click();
      const apiKey = (await keys.getByText(/^glp_live_\w{30,}$/u).textContent()) ?? '';
      const row = keys.getByRole('row', { name: /umbrella server/u });
      await row.getByRole('cell', { name: 'umbrella', exact: true }).waitFor();
      const spend = (n: number): Promise<Response> =>
        postImages({ ...stack, apiKey }, { prompt: 'an umbrella', n });
      expect((await spend(2)).status).toBe(200);
      expect(await (await spend(3)).json()).toMatchObject({ error: { code: 'budget_exceeded' } });

      await panel.getByRole('button', { name: 'Suspend umbrella' }).click();
      await panel.getByRole('button', { name: 'Really suspend?' }).click();
      await section
        .getByRole('row', { name: /umbrella/u })
        .getByText('suspended')
        .waitFor();
      await panel.getByRole('button', { name: 'Let its keys work again' }).click();
      await section
        .getByRole('row', { name: /umbrella/u })
        .getByText('active')
        .waitFor();
      expect(await axeFindings(page)).toEqual([]);
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('changes a key’s budgets, and says why where it cannot', async () => {
      const { stack } = parts();
      const { page, problems } = await openWithKey(parts(), {
        place: '/console',
        viewport: { width: 360, height: 740 },
        expectedStatuses: [409],
      });
      const keys = page.getByRole('region', { name: 'Keys', exact: true });
      await keys.getByLabel('Name').fill('limited in the console');
      await keys.getByRole('button', { name: 'Create a key' }).click();
      await keys.getByText(/^glp_live_\w{30,}$/u).waitFor();
      const row = keys.getByRole('row', { name: /limited in the console/u });
      await row.getByRole('button', { name: 'Budgets of limited in the console' }).click();
      const budgets = keys.getByRole('form', { name: 'Budgets of limited in the console' });
      await budgets.getByLabel('Requests a minute').fill('30');
      await budgets.getByLabel('Units a month').fill('500');
      await budgets.getByRole('button', { name: 'Save budgets' }).click();
      await budgets.getByRole('status').getByText('Saved').waitFor();
      await row.getByRole('cell', { name: '500', exact: true }).waitFor();
      await budgets.getByLabel('Requests a minute').fill('');
      await budgets.getByRole('button', { name: 'Save budgets' }).click();
      await budgets.getByRole('status').getByText('Saved').waitFor();

      const headers = { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' };
      const list = await (await fetch(`${stack.url}/v1/admin/keys`, { headers })).json();
      const [made] = (list as { data: { id: string; name: string; limits: object }[] }).data.filter(
        ({ name }) => name === 'limited in the console',
      );
      expect(made?.limits).toEqual({
        rate_per_minute: null,
        day_units: null,
        month_units: 500,
        total_units: null,
      });
      expect(await axeFindings(page)).toEqual([]);
      expect(await isTooWide(page)).toBe(false);
      // Revoked elsewhere meanwhile.
      await fetch(`${stack.url}/v1/admin/keys/${made?.id}`, { method: 'DELETE', headers });
      await budgets.getByRole('button', { name: 'Save budgets' }).click();
      await keys.getByRole('alert').getByText('is revoked').waitFor();
      expect(problems).toEqual([]);
      await page.context().close();
    });

    it('shows no tenants to who is no operator', async () => {
      const { stack } = parts();
      const headers = { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' };
      const post = async (path: string, body: object): Promise<{ key?: string }> => {
        const options = { method: 'POST', headers, body: JSON.stringify(body) };
        return (await (await fetch(`${stack.url}/v1/admin/${path}`, options)).json()) as { key?: string };
      };
      await post('tenants', { id: 'alone', name: 'Alone' });
      const wish = { tenant: 'alone', name: 'own', scopes: ['read', 'admin'] };
      const { key: apiKey = '' } = await post('keys', wish);
      const { page, problems } = await openWithKey(parts(), { apiKey, place: '/console' });
      const keys = page.getByRole('region', { name: 'Keys', exact: true });
      await keys.getByRole('row', { name: /in use here/u }).waitFor();
      expect(await keys.getByRole('row').count()).toBe(2);
      expect(await page.getByRole('region', { name: 'Tenants', exact: true }).count()).toBe(0);
      expect(await keys.getByLabel('Tenant').count()).toBe(0);
      expect(problems).toEqual([]);
      await page.context().close();
    });
  });
}
