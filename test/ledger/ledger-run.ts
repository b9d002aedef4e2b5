import { expect } from 'vitest';
import type { LedgerAction } from '../../edge/ledger/crash-point.ts';
import { flushOutbox } from '../../edge/ledger/flush-outbox.ts';
import type { Allowance, Recorded, Refusal, SettledCharge, Spender } from '../../edge/ledger/ledger.ts';
import { createLedgerCore, type LedgerCore } from '../../edge/ledger/ledger-core.ts';
import type { UsageMessage } from '../../edge/ledger/outbox.ts';
import { createNodeSql } from '../fakes/node-sql.ts';
import { qualityProblems } from './data-quality.ts';
import { LedgerModel, type ModelRefusal } from './ledger-model.ts';
import { type Death, LEASE_MS, type Operation } from './operations.ts';
import { inFull, settled } from './test-ledger.ts';

/** 2026-11-29T23:59:00Z: near the end of a day and of a month. */
const START_MS = Date.UTC(2026, 10, 29, 23, 59);
const EVER = { from: '2026-01-01', to: '2099-12-31' };

class Crash extends Error {}

/** The real ledger beside the model: runs operations on both and compares what they answer and hold. */
export class LedgerRun {
  readonly #sql = createNodeSql();
  readonly #model = new LedgerModel(START_MS);
  #death: Death;
  #ledger: LedgerCore = this.#start();
  /** Leases that were answered, by request, oldest first. */
  readonly #leases = new Map<number, number[]>();
  /** Units of committed charges that a caller was told. */
  readonly #acknowledged = new Map<string, number>();
  /** Pictures of requests that were refused; none of a call that died behind it was. */
  #refused = 0;
  /** What the usage table holds: the newest version of each charge. */
  readonly #usage = new Map<string, UsageMessage>();

  async apply(operation: Operation): Promise<void> {
    this.#death = operation.death;
    await this.#apply(operation);
    this.#death = undefined;
    this.#compare();
  }

  /** Time passes, every alarm comes: nothing may be left open. */
  async finish(): Promise<void> {
    for (let at = this.#ledger.nextAlarmAt(); at !== null; at = this.#ledger.nextAlarmAt()) {
      this.#model.nowMs = Math.max(at, this.#model.nowMs);
      this.#ledger.expire();
      await this.#flush(false);
    }
    this.#model.expire();
    this.#compare();
    const { charges } = this.#model;
    expect(this.#ledger.balance().reserved).toBe(0);
    const settled = [...charges].map(([id, { outcome, units, day }]) => [id, outcome, units, day].join());
    const sent = [...this.#usage.values()].map(({ charge: { chargeId, outcome, units, day } }) =>
      [chargeId, outcome, units, day].join(),
    );
    expect(sent.sort()).toEqual(settled.sort());
    for (const [id, units] of this.#acknowledged) expect(this.#usage.get(id)?.charge.units).toBe(units);
    for (const groupBy of ['day', 'key', 'model', 'outcome'] as const) {
      const totals = this.#ledger.usage({ ...EVER, groupBy });
      expect(totals.reduce((sum, { units }) => sum + units, 0)).toBe(this.#model.sum(() => true));
      expect(totals.reduce((sum, { pictures }) => sum + pictures, 0)).toBe(charges.size + this.#refused);
    }
  }

  #start(): LedgerCore {
    return createLedgerCore({
      sql: this.#sql,
      tenant: 'acme',
      now: () => this.#model.nowMs,
      crashPoint: (step) => {
        if (step === this.#death) throw new Crash(step);
      },
    });
  }

  /** Both answers; undefined when the real ledger died: the model has then done what was committed, and no more. */
  #both<Real, Model>(action: LedgerAction, real: () => Real, model: () => Model): [Real, Model] | undefined {
    try {
      return [real(), model()];
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      if (error.message === `ledger.${action}.after-commit`) model();
      else if (error.message !== 'ledger.expire.before-commit') this.#model.expire();
      this.#ledger = this.#start();
      return undefined;
    }
  }

  async #apply(operation: Operation): Promise<void> {
    const model = this.#model;
    if (operation.kind === 'reserve') {
      const request = { ...requestOf(operation), leaseMs: LEASE_MS };
      const answers = this.#both(
        'reserve',
        () => inFull(this.#ledger.reserve(request)),
        () => model.reserve(request),
      );
      if (!answers) return;
      const [real, expected] = answers;
      if (real.granted && expected.granted) {
        expect(real.lease).toBe(expected.lease);
        this.#leases.set(operation.request, [...(this.#leases.get(operation.request) ?? []), real.lease]);
      } else this.#expectRefusal(real, expected, request.lines.length);
      this.#expectAllowance(real.allowance, request.spender);
    } else if (operation.kind === 'record') {
      const request = requestOf(operation);
      const answers = this.#both(
        'record',
        () => inFull(this.#ledger.record(request)),
        () => model.record(request),
      );
      if (!answers) return;
      const [real, expected] = answers;
      if (real.granted && expected.granted) this.#acknowledge(real.charges, expected.units);
      else this.#expectRefusal(real, expected, request.lines.length);
      this.#expectAllowance(real.allowance, request.spender);
    } else if (operation.kind === 'settle') this.#settle(operation);
    else if (operation.kind === 'credit') {
      const { grant } = operation;
      const known = model.grants.has(grant.id);
      const answers = this.#both(
        'credit',
        () => this.#ledger.credit(grant),
        () => model.grants.set(grant.id, grant.units),
      );
      if (answers) expect(answers[0].result).toBe(known ? 'known' : 'added');
    } else if (operation.kind === 'advance') model.nowMs += operation.ms;
    else if (operation.kind === 'expire') {
      this.#both(
        'expire',
        () => this.#ledger.expire(),
        () => model.expire(),
      );
    } else if (operation.kind === 'flush') await this.#flush(operation.fails);
  }

  #settle({ request, spender, lines, stale }: Operation & { kind: 'settle' }): void {
    const lease = (this.#leases.get(request) ?? []).at(stale ? 0 : -1);
    const known = lines.flatMap(({ picture, outcome, units }) => {
      const chargeId = chargeIdOf(request, picture);
      const charge = this.#model.charges.get(chargeId);
      return charge ? [{ chargeId, outcome, units: Math.min(units, charge.price) }] : [];
    });
    if (lease === undefined || known.length === 0) return;
    const settlement = { lease, spender, lines: known };
    const answers = this.#both(
      'settle',
      () => settled(this.#ledger.settle(settlement)),
      () => this.#model.settle(settlement),
    );
    if (!answers) return;
    const [{ charges, allowance }, units] = answers;
    this.#acknowledge(charges, units);
    this.#expectAllowance(allowance, spender);
  }

  /** Every batch comes twice: once it was taken, once more since its sender died or was slow. */
  async #flush(fails: boolean): Promise<void> {
    const send = async (messages: readonly UsageMessage[]): Promise<void> => {
      if (fails) throw new Error('the queue is away');
      for (const message of [...messages, ...messages].reverse()) {
        const { chargeId } = message.charge;
        if ((this.#usage.get(chargeId)?.version ?? 0) < message.version) this.#usage.set(chargeId, message);
      }
    };
    try {
      const crashPoint = (step: string): void => {
        if (step === this.#death) throw new Crash(step);
      };
      await flushOutbox({ ledger: this.#ledger, send, crashPoint });
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#ledger = this.#start();
    }
  }

  #acknowledge(charges: readonly SettledCharge[], units: readonly number[]): void {
    expect(charges.map((charge) => charge.units)).toEqual(units);
    for (const { chargeId } of charges) {
      const charge = this.#model.charges.get(chargeId);
      if (charge?.state !== 'committed') continue;
      expect(this.#acknowledged.get(chargeId) ?? charge.units).toBe(charge.units);
      this.#acknowledged.set(chargeId, charge.units);
    }
  }

  #expectRefusal(
    real: Refusal | Recorded | { granted: true },
    expected: ModelRefusal | { granted: true },
    pictures: number,
  ): void {
    expect(real).toMatchObject(expected);
    if (!real.granted && real.reason !== 'conflict') this.#refused += pictures;
  }

  #expectAllowance({ remaining }: Allowance, spender: Spender): void {
    expect(remaining).toBe(this.#model.left(spender));
  }

  #compare(): void {
    expect(qualityProblems(this.#sql)).toEqual([]);
    const { credited, available, reserved, billed } = this.#ledger.balance();
    expect(available).toBeGreaterThanOrEqual(0);
    expect({ credited, available, reserved, billed }).toEqual({
      credited: this.#model.credited,
      available: this.#model.credited - this.#model.sum(({ plan }) => plan === 'prepaid'),
      reserved: this.#model.sum(({ plan, state }) => plan === 'prepaid' && state === 'reserved'),
      billed: this.#model.sum(({ plan, state }) => plan === 'postpaid' && state === 'committed'),
    });
  }
}

function chargeIdOf(request: number, picture: number): string {
  return `charge-${request}-${picture}`;
}

function requestOf({ request, spender, lines, otherBody }: Operation & { kind: 'reserve' | 'record' }) {
  return {
    requestKey: `request-${request}`,
    spender,
    model: 'emoji-v0',
    lines: lines.map(({ picture, units, outcome }) => ({
      chargeId: chargeIdOf(request, picture),
      fingerprint: `picture-${request}-${picture}${otherBody ? '-other' : ''}`,
      units,
      outcome,
    })),
  };
}
