import type { Budgets } from '../../edge/keys/key-record.ts';
import type {
  Outcome,
  RecordRequest,
  RefusalReason,
  ReserveRequest,
  Settlement,
  Spender,
} from '../../edge/ledger/ledger.ts';

export interface ModelCharge {
  fingerprint: string;
  keyId: string;
  plan: string;
  state: 'reserved' | 'committed' | 'released' | 'expired';
  outcome: Outcome | null;
  price: number;
  units: number;
  day: string;
  lease: number;
  endsAt: number;
}

export interface ModelRefusal {
  readonly granted: false;
  readonly reason: RefusalReason;
  readonly available: number;
  readonly needed: number;
}

/**
 * The ledger as one would write it on paper: all charges in a map, every sum made anew from them. What the real one
 * answers is compared with it after every step.
 */
export class LedgerModel {
  charges: Map<string, ModelCharge> = new Map();
  readonly grants: Map<string, number> = new Map();
  nowMs: number;
  #leases = 0;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  get credited(): number {
    return [...this.grants.values()].reduce((sum, units) => sum + units, 0);
  }

  sum(matches: (charge: ModelCharge) => boolean): number {
    return [...this.charges.values()].filter(matches).reduce((sum, { units }) => sum + units, 0);
  }

  expire(): void {
    for (const charge of this.charges.values()) {
      if (charge.state === 'reserved' && charge.endsAt <= this.nowMs) {
        Object.assign(charge, { state: 'expired', outcome: 'failed', units: 0 });
      }
    }
  }

  left(spender: Spender): number | null {
    const left = this.#limits(spender).map(([, room]) => room);
    return left.length === 0 ? null : Math.min(...left);
  }

  reserve({ spender, lines, leaseMs }: ReserveRequest): ModelRefusal | { granted: true; lease: number } {
    this.expire();
    const before = structuredClone(this.charges);
    const refuse = (refusal: Omit<ModelRefusal, 'granted'>): ModelRefusal => {
      this.charges = before;
      return { granted: false, ...refusal };
    };
    if (lines.some(({ chargeId, fingerprint }) => this.#isOther(chargeId, fingerprint))) {
      return refuse({ reason: 'conflict', available: 0, needed: 0 });
    }
    const open = lines.filter(({ chargeId }) => this.charges.get(chargeId)?.state !== 'committed');
    const keptDays = new Map<string, string>();
    for (const { chargeId, units } of open) {
      const held = this.charges.get(chargeId);
      const isKept =
        held?.state === 'reserved' &&
        held.units === units &&
        held.plan === spender.plan &&
        held.keyId === spender.keyId;
      if (isKept) keptDays.set(chargeId, held.day);
      else this.charges.delete(chargeId);
    }
    const needed = open.reduce((sum, { chargeId, units }) => sum + (keptDays.has(chargeId) ? 0 : units), 0);
    const reached = this.#limits(spender).find(([, room]) => needed > 0 && needed > room);
    if (reached) return refuse({ reason: reached[0], available: reached[1], needed });
    this.#leases += 1;
    for (const { chargeId, fingerprint, units } of open) {
      this.charges.set(chargeId, {
        fingerprint,
        keyId: spender.keyId,
        plan: spender.plan,
        state: 'reserved',
        outcome: null,
        price: units,
        units,
        day: keptDays.get(chargeId) ?? this.#day,
        lease: this.#leases,
        endsAt: this.nowMs + leaseMs,
      });
    }
    return { granted: true, lease: this.#leases };
  }

  /** Units of each line, as the caller is told. */
  settle({ lease, spender, lines }: Settlement): number[] {
    this.expire();
    return this.#settle({ lease, spender, lines });
  }

  record(request: RecordRequest): ModelRefusal | { granted: true; units: number[] } {
    const reserved = this.reserve({ ...request, leaseMs: 0 });
    if (!reserved.granted) return reserved;
    return { granted: true, units: this.#settle({ ...request, lease: reserved.lease }) };
  }

  #settle({ lease, spender, lines }: Settlement): number[] {
    return lines.map(({ chargeId, outcome, units }) => {
      const charge = this.charges.get(chargeId);
      if (!charge) throw new Error('settled before it was reserved');
      const charged = outcome === 'generated' || outcome === 'cache_hit' || outcome === 'follower';
      if (charge.state === 'reserved' && charged) {
        Object.assign(charge, { state: 'committed', outcome, units });
      } else if (charge.state === 'reserved' && charge.lease === lease) {
        Object.assign(charge, { state: 'released', outcome, units: 0 });
      } else if (charge.state === 'expired' && charged) {
        const limits = this.#limits({ ...spender, keyId: charge.keyId });
        const fits = limits.every(([, room]) => units === 0 || units <= room);
        const late = { state: 'committed', outcome, plan: spender.plan, day: this.#day };
        Object.assign(charge, late, { units: fits ? units : 0 });
      }
      return charge.state === 'reserved' ? 0 : charge.units;
    });
  }

  get #day(): string {
    return new Date(this.nowMs).toISOString().slice(0, 10);
  }

  #isOther(chargeId: string, fingerprint: string): boolean {
    return (this.charges.get(chargeId)?.fingerprint ?? fingerprint) !== fingerprint;
  }

  #limits({ keyId, plan, limits, tenantLimits }: Spender): [RefusalReason, number][] {
    const day = this.#day;
    const room = (limit: Budgets, mine: (charge: ModelCharge) => boolean): [RefusalReason, number][] => {
      const rooms: [RefusalReason, number | null, (charge: ModelCharge) => boolean][] = [
        ['budget_day', limit.dayUnits, (charge) => charge.day === day],
        ['budget_month', limit.monthUnits, (charge) => charge.day.slice(0, 7) === day.slice(0, 7)],
        ['budget_total', limit.totalUnits, () => true],
      ];
      return rooms.flatMap(([reason, units, matches]): [RefusalReason, number][] =>
        units === null
          ? []
          : [[reason, Math.max(0, units - this.sum((charge) => mine(charge) && matches(charge)))]],
      );
    };
    const all = [
      ...room(limits, (charge) => charge.keyId === keyId),
      ...room(tenantLimits, () => true).map(
        ([reason, left]) => [`tenant_${reason}` as RefusalReason, left] as [RefusalReason, number],
      ),
    ];
    const prepaid = this.sum((charge) => charge.plan === 'prepaid');
    return plan === 'prepaid' ? [...all, ['balance', this.credited - prepaid]] : all;
  }
}
