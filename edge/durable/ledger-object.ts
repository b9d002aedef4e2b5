import { DurableObject } from 'cloudflare:workers';
import type { WorkerEnv } from '../config.ts';
import { flushOutbox } from '../ledger/flush-outbox.ts';
import type {
  Balance,
  ChargesQuery,
  Credited,
  CreditGrant,
  LedgerOf,
  Recorded,
  RecordRequest,
  Reservation,
  ReserveRequest,
  Settled,
  SettledCharge,
  Settlement,
  UsageGroupTotal,
  UsageQuery,
} from '../ledger/ledger.ts';
import { createLedgerCore, type LedgerCore } from '../ledger/ledger-core.ts';
import { ownerOf } from '../ledger/schema.ts';
import { createAskDurable } from './ask-durable.ts';
import { PLATFORM_CLOCK } from './clock.ts';
import { createDurableSql } from './durable-sql.ts';

/** The account of one tenant; its name is the tenant's id. */
export class LedgerObject extends DurableObject<WorkerEnv> {
  readonly #core: LedgerCore;
  /** When the alarm is set for; null: for no time, undefined: not known. */
  #wakesAt: number | null | undefined;

  constructor(state: DurableObjectState, env: WorkerEnv) {
    super(state, env);
    const sql = createDurableSql(state.storage);
    // An alarm may wake the object without its name.
    const tenant = state.id.name ?? ownerOf(sql);
    this.#core = createLedgerCore({ sql, tenant, now: () => Date.now() });
  }

  reserve(request: ReserveRequest): Reservation {
    return this.#thenWake(() => this.#core.reserve(request));
  }

  settle(settlement: Settlement): Settled {
    return this.#thenWake(() => this.#core.settle(settlement));
  }

  record(request: RecordRequest): Recorded {
    return this.#thenWake(() => this.#core.record(request));
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

/** The ledgers of all tenants, each a Durable Object. */
export function createDurableLedgers(namespace: DurableObjectNamespace<LedgerObject>): LedgerOf {
  const askDurable = createAskDurable(PLATFORM_CLOCK, 'ledger_unavailable');
  return (tenant) => {
    const ask = <T>(call: (ledger: DurableObjectStub<LedgerObject>) => Promise<T>): Promise<T> =>
      askDurable(() => call(namespace.getByName(tenant)));
    return {
      reserve: (request) => ask<Reservation>(async (ledger) => ledger.reserve(request)),
      settle: (settlement) => ask((ledger) => ledger.settle(settlement)),
      record: (request) => ask<Recorded>(async (ledger) => ledger.record(request)),
      usage: (query) => ask((ledger) => ledger.usage(query)),
      charges: (query) => ask((ledger) => ledger.charges(query)),
      resend: (chargeIds) => ask((ledger) => ledger.resend(chargeIds)),
      balance: () => ask((ledger) => ledger.balance()),
      credit: (grant) => ask((ledger) => ledger.credit(grant)),
    };
  };
}
