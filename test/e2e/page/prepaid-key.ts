import type { DevStack } from '../../fixtures/dev-stack.ts';

/** A key that may make pictures, of a new account with so much credit. */
export async function prepaidKey({ url, apiKey }: DevStack, units: number): Promise<string> {
  const post = async (path: string, body: object): Promise<{ key?: string }> => {
    const response = await fetch(`${url}/v1/admin/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { key?: string };
  };
  const id = `prepaid-${crypto.randomUUID().slice(0, 8)}`;
  await post('tenants', { id, name: id, plan: 'prepaid' });
  if (units > 0) await post(`tenants/${id}/credits`, { id: 'first', units });
  const { key = '' } = await post('keys', { tenant: id, name: 'page', scopes: ['generate', 'read'] });
  return key;
}
