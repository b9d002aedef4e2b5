import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRetryBudget } from '../../edge/backends/retry-budget.ts';

it('never pays for more than ten retries and one in ten of the requests', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 2_000 }), (steps) => {
      const budget = createRetryBudget();
      let requests = 0;
      let retries = 0;
      for (const isRequest of steps) {
        if (isRequest) {
          budget.earn();
          requests++;
        } else {
          const has = budget.has();
          const isPaid = budget.spend();
          expect(isPaid).toBe(has);
          if (isPaid) retries++;
        }
        expect(retries).toBeLessThanOrEqual(10 + requests / 10);
      }
    }),
  );
});

it('has a retry again after ten requests', () => {
  const budget = createRetryBudget();
  while (budget.spend());
  for (let request = 0; request < 9; request++) budget.earn();
  expect(budget.spend()).toBe(false);
  budget.earn();
  expect(budget.spend()).toBe(true);
  expect(budget.spend()).toBe(false);
});
