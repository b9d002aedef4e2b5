import { createAskDurable } from '../../../edge/durable/ask-durable.ts';
import { flushOutbox } from '../../../edge/ledger/flush-outbox.ts';
import type { Ledger, LedgerOf } from '../../../edge/ledger/ledger.ts';
import { createLedgerCore, type LedgerCore } from '../../../edge/ledger/ledger-core.ts';
import type { UsageMessage } from '../../../edge/ledger/outbox.ts';
import type { Sql } from '../../../edge/ledger/sql.ts';
import { createAlarm } from '../engine/alarm.ts';
import { Crash, crashPointOf } from '../engine/crash.ts';
import { createHost } from '../engine/host.ts';
import type { World } from '../engine/world.ts';
import type { Mutation } from '../mutation.ts';

export interface SimulatedLedgers {
  readonly ledgerOf: LedgerOf;
  /** The databases, by tenant. */
  readonly accounts: ReadonlyMap<string, Sql>;
}

export interface LedgersOptions {
  readonly world: World;
  readonly mutation: Mutation;
  readonly sendUsage: (messages: readonly UsageMessage[]) => Promise<void>;
  /** Looks at a tenant's account after each call. */
  readonly inspect: (tenant: string, sql: Sql) => void;
}

/** The real ledgers, each in an object of its own. Does what `LedgerObject` does for the core. */
export function createSimulatedLedgers(options: LedgersOptions): SimulatedLedgers {
  const accounts = new Map<string, Sql>();
  const ledgers = new Map<string, Ledger>();
  return {
    accounts,
    ledgerOf(tenant) {
      const ledger = ledgers.get(tenant) ?? open(tenant);
      ledgers.set(tenant, ledger);
      return ledger;
    },
  };

  function open(tenant: string): Ledger {
    const { world, mutation, sendUsage, inspect } = options;
    const { lives, faults, time, network } = world;
    const database = world.openSql();
    const sql = mutation.ledgerSql?.(database) ?? database;

    const host = createHost<LedgerCore>({
      name: `ledger ${tenant}`,
      lives,
      open(life) {
        accounts.set(tenant, database);
        const core = createLedgerCore({
          sql,
          tenant,
          now: time.now,
          crashPoint: crashPointOf(life, faults),
        });
        return mutation.ledger?.(core, tenant) ?? core;
      },
    });
    world.hosts.push(host);
    const alarm = createAlarm({
      time,
      faults,
      ring: () =>
        host.serve(async (core) => {
          core.expire();
          await flushOutbox({
            ledger: core,
            send: sendUsage,
            crashPoint: crashPointOf(lives.current(), faults),
          });
          thenWake(core, () => undefined);
        }),
    });

    /** Rows and alarm are written as one: also of a call that was committed and never answered. */
    function thenWake<T>(core: LedgerCore, work: () => T): T {
      try {
        return work();
      } catch (error) {
        // What the object throws itself comes marked, and is not asked again.
        throw error instanceof Crash ? error : Object.assign(error as Error, { remote: true });
      } finally {
        alarm.set(core.nextAlarmAt());
        inspect(tenant, database);
      }
    }

    const askDurable = createAskDurable(world.clock, 'ledger_unavailable');
    const ask = <T>(name: string, work: (core: LedgerCore) => T): Promise<T> =>
      askDurable(() =>
        network.ask(`${name} ${tenant}`, () => host.serve((core) => thenWake(core, () => work(core)))),
      );
    return {
      reserve: (request) => ask('reserve', (core) => core.reserve(request)),
      settle: (settlement) => ask('settle', (core) => core.settle(settlement)),
      record: (request) => ask('record', (core) => core.record(request)),
      usage: (query) => ask('usage', (core) => core.usage(query)),
      charges: (query) => ask('charges', (core) => core.charges(query)),
      resend: (chargeIds) => ask('resend', (core) => core.resend(chargeIds)),
      balance: () =>
        ask('balance', (core) => {
          core.expire();
          return core.balance();
        }),
      credit: (grant) => ask('credit', (core) => core.credit(grant)),
    };
  }
}
