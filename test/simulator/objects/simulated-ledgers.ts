import { createAskDurable } from '../../../edge/durable/ask-durable.ts';
import { flushOutbox } from '../../../edge/ledger/flush-outbox.ts';
import type { LedgerPart, LedgerPartOf } from '../../../edge/ledger/ledger.ts';
import { createLedgerCore, type LedgerCore } from '../../../edge/ledger/ledger-core.ts';
import { placeOfLedger } from '../../../edge/ledger/ledger-name.ts';
import type { UsageMessage } from '../../../edge/ledger/outbox.ts';
import type { Sql } from '../../../edge/ledger/sql.ts';
import { createAlarm } from '../engine/alarm.ts';
import { Crash, crashPointOf } from '../engine/crash.ts';
import { createHost } from '../engine/host.ts';
import type { World } from '../engine/world.ts';
import type { Mutation } from '../mutation.ts';

export interface SimulatedLedgers {
  readonly partOf: LedgerPartOf;
  /** The databases, by the names of their ledgers. */
  readonly accounts: ReadonlyMap<string, Sql>;
}

export interface LedgersOptions {
  readonly world: World;
  readonly mutation: Mutation;
  readonly sendUsage: (messages: readonly UsageMessage[]) => Promise<void>;
  /** Looks at a tenant's ledgers after each call of one. */
  readonly inspect: (tenant: string) => void;
}

/** The real ledgers, each in an object of its own. Does what `LedgerObject` does for the core. */
export function createSimulatedLedgers(options: LedgersOptions): SimulatedLedgers {
  const accounts = new Map<string, Sql>();
  const ledgers = new Map<string, LedgerPart>();
  return {
    accounts,
    partOf(name) {
      const ledger = ledgers.get(name) ?? open(name);
      ledgers.set(name, ledger);
      return ledger;
    },
  };

  function open(ledgerName: string): LedgerPart {
    const place = placeOfLedger(ledgerName);
    const { world, mutation, sendUsage, inspect } = options;
    const { lives, faults, time, network } = world;
    const database = world.openSql('ledger');
    const sql = mutation.ledgerSql?.(database) ?? database;

    const host = createHost<LedgerCore>({
      name: `ledger ${ledgerName}`,
      lives,
      open(life) {
        accounts.set(ledgerName, database);
        const core = createLedgerCore({
          sql,
          ...place,
          now: time.now,
          crashPoint: crashPointOf(life, faults),
        });
        return mutation.ledger?.(core, place.tenant) ?? core;
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
        inspect(place.tenant);
      }
    }

    const askDurable = createAskDurable(world.clock, 'ledger_unavailable');
    const ask = <T>(name: string, work: (core: LedgerCore) => T): Promise<T> =>
      askDurable(() =>
        network.ask(`${name} ${ledgerName}`, () => host.serve((core) => thenWake(core, () => work(core)))),
      );
    return {
      reserve: (request) => ask('reserve', (core) => core.reserve(request)),
      settle: (settlement) => ask('settle', (core) => core.settle(settlement)),
      record: (request) => ask('record', (core) => core.record(request)),
      allowance: (spender) => ask('allowance', (core) => core.allowance(spender)),
      supply: (shortage) => ask('supply', (core) => core.supply(shortage)),
      giveBack: (allotments) => ask('give back', (core) => core.giveBack(allotments)),
      takeBack: (shard, reports) => ask('take back', (core) => core.takeBack(shard, reports)),
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
