import { expect, it } from 'vitest';
import { tenantLedger } from '../fakes/tenant-ledger.ts';
import { createTestEdge, issueKey } from '../fakes/test-edge.ts';

const REQUESTS = 1000;

it('lets one of 1,000 concurrent requests through on 1 credit', async () => {
  const edge = createTestEdge();
  const tenant = 'one-credit-for-all';
  const authorization = `Bearer ${await issueKey({ tenant, plan: 'prepaid' })}`;
  const ledger = tenantLedger(tenant);
  await ledger.credit({ id: 'payment', units: 1, note: '' });
  const responses = await Promise.all(
    Array.from({ length: REQUESTS }, (_, index) =>
      edge.generate({ prompt: `picture ${index}` }, { authorization }),
    ),
  );
  const statuses = responses.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(statuses.filter((status) => status === 402)).toHaveLength(REQUESTS - 1);
  expect(edge.backend.requests).toHaveLength(1);
  expect(await ledger.balance()).toEqual({ credited: 1, spent: 1, reserved: 0, available: 0, billed: 0 });
}, 120_000);
