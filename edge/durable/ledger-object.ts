import { DurableObject } from 'cloudflare:workers';
import type { WorkerEnv } from '../config.ts';
import type { Allotment, PoolReport, Retry, Shortage, Supply } from '../ledger/allotment.ts';
import { flushOutbox } from '../ledger/flush-outbox.ts';
import type {
  Allowance,
  Balance,
  ChargesQuery,
  Credited,
  CreditGrant,
  LedgerPartOf,
  Recorded,
  RecordRequest,
  Refusal,
  Reservation,
  ReserveRequest,
  Settled,
  SettledCharge,
  Settlement,
  Spender,
  UsageGroupTotal,
  UsageQuery,
} from '../ledger/ledger.ts';
import { createLedgerCore, type LedgerCore } from '../ledger/ledger-core.ts';
import { placeOfLedger } from '../ledger/ledger-name.ts';
import { nameOf } from '../ledger/schema.ts';
import { createAskDurable } from './ask-durable.ts';
import { PLATFORM_CLOCK } from './clock.ts';
import { createDurableSql } from './durable-sql.ts';

/** One ledger: a tenant's own, or one of its shards. */
export class LedgerObject extends DurableObject<WorkerEnv> {
  readonly #core: LedgerCore;
  /** When the alarm is set for; null: for no time, undefined: not known. */
  #wakesAt: number | null | undefined;

  constructor(state: DurableObjectState, env: WorkerEnv) {
    super(state, env);
    const sql = createDurableSql(state.storage);
    // An alarm may wake the object without its name.
    const place = placeOfLedger(state.id.name ?? nameOf(sql));
    this.#core = createLedgerCore({ sql, ...place, now: () => Date.now() });
  }

  reserve(request: ReserveRequest & Retry): Reservation | Shortage {
    return this.#thenWake(() => this.#core.reserve(request));
  }

  settle(settlement: Settlement & Retry): Settled | Refusal | Shortage {
    return this.#thenWake(() => this.#core.settle(settlement));
  }

  record(request: RecordRequest & Retry): Recorded | Shortage {
    return this.#thenWake(() => this.#core.record(request));
  }

  allowance(spender: Spender): Allowance {
    return this.#thenWake(() => this.#core.allowance(spender));
  }

  supply(shortage: Shortage): Supply | Refusal {
    return this.#thenWake(() => this.#core.supply(shortage));
  }

  giveBack(allotments: readonly Allotment[]): readonly PoolReport[] {
    return this.#thenWake(() => this.#core.giveBack(allotments));
  }

  takeBack(shard: number, reports: readonly PoolReport[]): void {
    this.#core.takeBack(shard, reports);
  }

  credit(grant: CreditGrant): Credited {
    return this.#thenWake(() => this.#core.credit(grant));
  }

  usage(query: UsageQuery): readonly UsageGroupTotal[] {
    return this.#core.usage(query);
  }

  charges(query: ChargesQuery): readonly SettledCharge[] {
    return this.#core.charges(query);
  }

  resend(chargeIds: readonly string[]): void {
    this.#thenWake(() => this.#core.resend(chargeIds));
  }

  balance(): Balance {
    return this.#thenWake(() => {
      this.#core.expire();
      return this.#core.balance();
    });
  }

  override async alarm(): Promise<void> {
    // This alarm is spent, whenever it was for.
    this.#wakesAt = undefined;
    this.#core.expire();
    const cause = await flushOutbox({
      ledger: this.#core,
      send: async (messages) => {
        await this.env.USAGE.sendBatch(messages.map((body) => ({ body })));
      },
    });
    this.#thenWake(() => undefined);
    if (cause === undefined) return;
    const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown';
    console.error(JSON.stringify({ level: 'error', event: 'usage_queue', cause: text }));
  }

  /** The alarm is written together with what `work` changed, or nothing of both is. */
  #thenWake<T>(work: () => T): T {
    const result = work();
    const at = this.#core.nextAlarmAt();
    if (at !== this.#wakesAt) {
      this.#wakesAt = at;
      void (at === null ? this.ctx.storage.deleteAlarm() : this.ctx.storage.setAlarm(at));
    }
    return result;
  }
}

/** All ledgers by their names, each a Durable Object. */
export function createDurableLedgers(namespace: DurableObjectNamespace<LedgerObject>): LedgerPartOf {
  const askDurable = createAskDurable(PLATFORM_CLOCK, 'ledger_unavailable');
  return (name) => {
    const ask = <T>(call: (ledger: DurableObjectStub<LedgerObject>) => Promise<T>): Promise<T> =>
      askDurable(() => call(namespace.getByName(name)));
    return {
      reserve: (request) => ask<Reservation | Shortage>(async (ledger) => ledger.reserve(request)),
      settle: (settlement) => ask<Settled | Refusal | Shortage>(async (ledger) => ledger.settle(settlement)),
      record: (request) => ask<Recorded | Shortage>(async (ledger) => ledger.record(request)),
      allowance: (spender) => ask((ledger) => ledger.allowance(spender)),
      supply: (shortage) => ask<Supply | Refusal>(async (ledger) => ledger.supply(shortage)),
      giveBack: (allotments) => ask((ledger) => ledger.giveBack(allotments)),
      takeBack: (shard, reports) => ask((ledger) => ledger.takeBack(shard, reports)),
      usage: (query) => ask((ledger) => ledger.usage(query)),
      charges: (query) => ask((ledger) => ledger.charges(query)),
      resend: (chargeIds) => ask((ledger) => ledger.resend(chargeIds)),
      balance: () => ask((ledger) => ledger.balance()),
      credit: (grant) => ask((ledger) => ledger.credit(grant)),
    };
  };
}
