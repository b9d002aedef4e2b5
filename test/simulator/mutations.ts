import type { SettledCharge } from '../../edge/ledger/ledger.ts';
import type { LedgerCore } from '../../edge/ledger/ledger-core.ts';
import type { Sql, SqlValue } from '../../edge/ledger/sql.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { Mutation } from './mutation.ts';

/** Parts that are broken in one way each, and the invariant by which the simulator must notice it. */
export const MUTATIONS: Readonly<Record<string, { readonly mutation: Mutation; readonly noticed: RegExp }>> =
  {
    'a ledger that charges a settlement again under another id': {
      mutation: {
        ledger: (core) => ({
          ...core,
          settle(settlement) {
            const settled = core.settle(settlement);
            if ('charges' in settled) chargeAgain(core, settled.charges, settlement.spender);
            return settled;
          },
        }),
      },
      noticed: /was charged for|belongs to no request/u,
    },
    'a ledger whose leases never end': {
      mutation: {
        ledgerSql: (sql) => ({
          ...sql,
          exec: <Row>(statement: string, ...bindings: readonly SqlValue[]): Row[] =>
            statement.includes('min(lease_ends_at)') ? [] : sql.exec<Row>(statement, ...bindings),
        }),
      },
      noticed: /its lease is open/u,
    },
    'a ledger that forgets usage before it is sent': {
      mutation: {
        ledger: (core) => ({
          ...core,
          nextUsage() {
            const batch = core.nextUsage();
            if (batch) core.forgetUsage(batch.upTo);
            return batch;
          },
        }),
      },
      noticed: /the usage table has not/u,
    },
    'a ledger that answers before it has settled': {
      mutation: {
        ledger: (core) => ({
          ...core,
          settle(settlement) {
            const settled = core.settle({
              ...settlement,
              lines: settlement.lines.map((line) => ({ ...line, outcome: 'failed' })),
            });
            if (!('charges' in settled)) return settled;
            const { charges, allowance } = settled;
            const told = charges.map((charge, index) => ({ ...charge, ...settlement.lines[index] }));
            return { charges: told, allowance };
          },
        }),
      },
      noticed: /told \d units; the ledger has released/u,
    },
    'a ledger that goes by credit of long ago': {
      mutation: {
        ledgerSql: (sql) => ({
          ...sql,
          exec<Row>(statement: string, ...bindings: readonly SqlValue[]): Row[] {
            const rows = sql.exec<Row>(
              statement.replace(/,\s*CHECK \(spent \+ reserved <= credited\)/u, ''),
              ...bindings,
            );
            return isCreditQuery(statement) ? ([{ available: 1_000 }] as Row[]) : rows;
          },
        }),
      },
      noticed: /balance below zero/u,
    },
    'a ledger that cannot read its budgets': {
      mutation: {
        ledgerSql: (sql: Sql) => ({
          ...sql,
          exec: <Row>(statement: string, ...bindings: readonly SqlValue[]): Row[] =>
            statement.startsWith('SELECT units FROM spends') ? [] : sql.exec<Row>(statement, ...bindings),
        }),
      },
      noticed: /a budget of .* was passed/u,
    },
    'a ledger that takes back what a shard still has': {
      mutation: {
        ledger: (core) => ({
          ...core,
          supply(shortage) {
            const supply = core.supply(shortage);
            if (supply.granted !== false) {
              const { plan, day, granted } = supply;
              core.takeBack(shortage.shard, [{ plan, day, returned: granted, charged: 0 }]);
            }
            return supply;
          },
        }),
      },
      noticed: /balance below zero|a budget of .* was passed/u,
    },
    'a shard that says it gave back more than it did': {
      mutation: {
        ledger: (core) => ({
          ...core,
          giveBack: (allotments) =>
            core.giveBack(allotments).map((report) => ({ ...report, returned: report.returned + 1 })),
        }),
      },
      noticed: /reserved more than is available|CHECK constraint/u,
    },
    'units that are lost on their way back from a shard': {
      mutation: { ledger: (core) => ({ ...core, takeBack: () => undefined }) },
      noticed: /stranded/u,
    },
    'a shard that takes each supply for one more': {
      mutation: {
        ledgerSql: (sql: Sql) => ({
          ...sql,
          exec: <Row>(statement: string, ...bindings: readonly SqlValue[]): Row[] =>
            sql.exec<Row>(
              statement.replace('SET granted = granted + ?3', 'SET granted = granted + ?3 + 1'),
              ...bindings,
            ),
        }),
      },
      noticed: /not the sum of its grants, or of what a shard was given/u,
    },
    'flights that are not one for each picture': {
      mutation: {
        flights: (flights, backend) => ({
          ...flights,
          async generate(plan) {
            if ('file' in plan) throw new Error('the simulator composes nothing');
            const { prompt, seed, tenant, ...rest } = plan.recipe;
            const images = [{ prompt, seed }];
            const { pictures } = await backend.generate({
              ...rest,
              images,
              ...(tenant !== undefined && { tenant }),
            });
            const [picture] = pictures;
            if (!picture) throw new ApiError('backend_unavailable');
            const { etag, bytes } = picture;
            return { result: 'generated', etag, sizeBytes: bytes.length, bytes };
          },
        }),
      },
      noticed: /was charged as generated \d times/u,
    },
    'a flight that is given up when anybody leaves': {
      mutation: {
        flightCore(core) {
          const calls = new Set<string>();
          return {
            ...core,
            generate(plan, withBytes, caller, traceparent, call) {
              if (call !== undefined) calls.add(call);
              return core.generate(plan, withBytes, caller, traceparent, call);
            },
            leave() {
              for (const call of calls) core.leave(call);
            },
          };
        },
      },
      noticed: /stayed, and was answered superseded/u,
    },
    'a ledger that charges what was withdrawn': {
      mutation: {
        ledger: (core) => ({
          ...core,
          settle(settlement) {
            const lines = settlement.lines.map((line) =>
              line.outcome === 'failed' ? { ...line, outcome: 'follower' as const, units: 1 } : line,
            );
            const settled = core.settle({ ...settlement, lines });
            if (!('charges' in settled)) return settled;
            const { charges, allowance } = settled;
            return {
              charges: charges.map((charge, index) => ({ ...charge, ...settlement.lines[index] })),
              allowance,
            };
          },
        }),
      },
      noticed: /superseded, told 0 units and charged/u,
    },
    'flights that do not know again who started them': {
      mutation: {
        flights: (flights) => ({ ...flights, wasStartedBy: async () => false }),
      },
      noticed: /had the picture made, and is charged as/u,
    },
    'a store that does not say when it fails': {
      mutation: {
        store: (store) => ({
          ...store,
          head: (key) => store.head(key).catch(() => new Promise(() => undefined)),
        }),
      },
      noticed: /hung for/u,
    },
    'a store that replaces what it has': {
      mutation: {
        store: (store) => ({
          ...store,
          putOnce(key, bytes) {
            store.objects.delete(key);
            return store.putOnce(key, bytes);
          },
        }),
      },
      noticed: /was written \d times/u,
    },
    'a store that says it has kept what it has not': {
      mutation: {
        store: (store) => ({
          ...store,
          async putOnce(key, bytes) {
            const stored = await store.putOnce(key, bytes);
            store.objects.delete(key);
            return stored;
          },
        }),
      },
      noticed: /no picture/u,
    },
    'a store that mixes up bytes': {
      mutation: {
        store: (store) => ({
          ...store,
          putOnce: (key, bytes) => store.putOnce(key, [...store.objects.values()][0]?.bytes ?? bytes),
        }),
      },
      noticed: /wrong bytes/u,
    },
    'records that forget the request of a key': {
      mutation: {
        idempotency: (idempotency) => ({
          ...idempotency,
          begin: async () => ({ state: 'begun', attempt: 1, requestKey: crypto.randomUUID() }),
        }),
      },
      noticed: /was charged for|told different things/u,
    },
    'jobs whose alarms are lost': {
      mutation: { jobAlarm: () => ({ set: () => undefined }) },
      noticed: /for ever/u,
    },
  };

function chargeAgain(
  core: LedgerCore,
  charges: readonly SettledCharge[],
  spender: Parameters<LedgerCore['record']>[0]['spender'],
): void {
  const [first] = charges;
  if (!first || first.units === 0) return;
  core.record({
    requestKey: first.chargeId,
    spender,
    model: first.model,
    lines: charges.map(({ chargeId, fingerprint, units, outcome }) => ({
      chargeId: `${chargeId}-again`,
      fingerprint,
      units,
      outcome,
    })),
  });
}

function isCreditQuery(statement: string): boolean {
  return statement.includes('AS available FROM account') && !statement.includes('billed');
}
