import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { within } from '../durable/within.ts';
import {
  type Allowance,
  CHARGED_OUTCOMES,
  type ChargeLine,
  type Ledger,
  type Outcome,
  type Recorded,
  type Settled,
  type SettledCharge,
  type Spender,
} from '../ledger/ledger.ts';
import { causeOf, type Log } from '../middleware/answer-errors.ts';
import type { Defer } from '../pictures/picture-source.ts';
import { type Flown, type FlyOptions, flyPictures, type QuotedPlan, wasMade } from './fly-pictures.ts';
import { PartlyMade } from './partly-made.ts';
import { SpendingRefused } from './spending-refused.ts';
import { StillMaking } from './still-making.ts';

/** Beyond the deadline what has begun may take so long to land: nearly what the platform grants work behind an answer. */
const LAND_MS = 25_000;
/** And so long it takes to settle it then. */
const SETTLE_MS = 5_000;

export interface ChargeOptions extends Omit<FlyOptions, 'landBy'> {
  readonly ledger: Ledger;
  readonly spender: Spender;
  readonly requestKey: string;
  /** Id of the model. */
  readonly model: string;
  /** What the answer needs beside the pictures, once they are there. */
  readonly complete?: () => Promise<void>;
  /** When the caller must hear how it ended, as far as that is known; milliseconds since 1970. */
  readonly answerBy: number;
  /** Lets landing and settling go on when that time is over. */
  readonly defer: Defer;
  readonly log: Log;
}

export interface ChargedPictures<T extends QuotedPlan = QuotedPlan> {
  /** In the order asked for. */
  readonly pictures: readonly (T & { readonly charge: SettledCharge })[];
  readonly allowance: Allowance;
}

/**
 * Reserve → fly → settle: all of the request's pictures, or an error, and then what was made because of the request is
 * charged all the same, as whoever asks again finds it: also where that lands when the caller has its answer. Pictures
 * that exist are recorded in one call; a picture that another request was making turns out as cheap as they.
 * @throws ApiError what the ledger refused with, or the first flight that failed; PartlyMade; StillMaking.
 */
export async function chargePictures<T extends QuotedPlan>(
  quoted: readonly T[],
  options: ChargeOptions,
): Promise<ChargedPictures<T>> {
  const { ledger, spender, requestKey, model, deadline, answerBy, clock, defer } = options;
  if (options.withdrawn?.aborted) throw new ApiError('superseded');
  const lines = quoted.map(({ chargeId, fingerprint, units }) => ({ chargeId, fingerprint, units }));
  const order = { requestKey, spender, model };
  /** What is not heard of in time may still happen, and goes on being tried: the same request again finds it done. */
  const inTime = <Result>(call: Promise<Result>, late: () => Error = unheard): Promise<Result> => {
    defer(call.catch(() => undefined));
    return within(call, answerBy, clock, late);
  };
  /** It ends here: what an earlier try of the request had made is paid as far as there is money, and told. */
  async function chargeEarlier(error: ApiError): Promise<ApiError> {
    const made = lines.filter((_, index) => quoted[index]?.cache === 'miss' && quoted[index].isStored);
    const record = (some: readonly ChargeLine[]): Promise<Recorded> =>
      inTime(ledger.record({ ...order, lines: some.map((line) => ({ ...line, outcome: 'generated' })) }));
    if (made.length === 0) return error;
    const whole = await record(made);
    if (whole.granted) return new PartlyMade(error, whole, lines.length);
    if (made.length === 1) return error;
    // One by one: what was charged by then must be heard of where the rest is refused.
    const charges: SettledCharge[] = [];
    let { allowance } = whole;
    for (const line of made) {
      const one = await record([line]);
      allowance = one.allowance;
      if (one.granted) charges.push(...one.charges);
      else if (one.reason === 'rate') break;
    }
    return charges.length === 0 ? error : new PartlyMade(error, { charges, allowance }, lines.length);
  }
  if (quoted.every(({ isStored }) => isStored)) {
    await options.complete?.().catch(async (error: unknown) => {
      throw await chargeEarlier(asApiError(error));
    });
    const recorded = await inTime(
      ledger.record({
        ...order,
        lines: lines.map((line, index) => ({ ...line, outcome: OUTCOMES[quoted[index]?.cache ?? 'hit'] })),
      }),
    );
    if (!recorded.granted) throw await chargeEarlier(new SpendingRefused(recorded));
    for (const [index, plan] of quoted.entries()) options.onLanded?.(index, plan);
    return charged(quoted, recorded);
  }
  const landBy = Math.max(deadline, clock.now()) + LAND_MS;
  const leaseMs = landBy + SETTLE_MS - clock.now();
  const reservation = await inTime(ledger.reserve({ ...order, lines, leaseMs }));
  if (!reservation.granted) throw await chargeEarlier(new SpendingRefused(reservation));
  const { lease } = reservation;
  const flown: Flown = new Map();
  /** What the caller is told when it must hear something. */
  let late = (): Error => new StillMaking();
  let isAnswered = false;

  const settle = (outcomes: readonly Outcome[], units: readonly number[]): Promise<Settled> =>
    ledger.settle({
      lease,
      spender,
      lines: lines.map(({ chargeId }, index) => ({
        chargeId,
        outcome: outcomes[index] ?? 'failed',
        units: units[index] ?? 0,
      })),
    });

  /** @throws what the caller is told instead of all pictures. */
  async function settleMade(thrown: unknown): Promise<never> {
    const error = asApiError(thrown);
    const isMade = (plan: T): boolean => wasMade(plan, flown);
    const isPartlyMade = quoted.some(isMade);
    late = () => (isPartlyMade ? unheard(error) : error);
    const outcome = error.code === 'content_moderated' ? 'moderated' : 'failed';
    // What cannot be released now is when the lease ends.
    const settled = await settle(
      quoted.map((plan) => (isMade(plan) ? 'generated' : outcome)),
      quoted.map((plan) => (isMade(plan) ? plan.units : 0)),
    ).catch((cause: Error) =>
      options.log({ level: 'error', event: 'release_failed', cause: causeOf(cause) }),
    );
    if (!settled) throw late();
    if (isPartlyMade) throw new PartlyMade(error, settled, lines.length);
    // An earlier try of the same request was heard so late: what it was charged for is there for the next one.
    if (settled.charges.some(({ outcome: after }) => CHARGED_OUTCOMES.has(after))) throw unheard(error);
    throw error;
  }

  async function flyAndSettle(): Promise<ChargedPictures<T>> {
    let landed: readonly T[];
    try {
      landed = await flyPictures(quoted, flown, { ...options, landBy });
      await options.complete?.();
      // Who was told that it came too late pays for what was made, and not for what it found.
      if (isAnswered) throw new StillMaking();
    } catch (error) {
      return settleMade(error);
    }
    late = unheard;
    const settled = await settle(
      landed.map(({ cache }) => OUTCOMES[cache]),
      landed.map(({ units }) => units),
    );
    return charged(landed, settled);
  }

  return inTime(flyAndSettle(), () => {
    isAnswered = true;
    return late();
  });
}

function asApiError(thrown: unknown): ApiError {
  return thrown instanceof ApiError ? thrown : new ApiError('internal_error', { cause: thrown });
}

/** It may have been charged: the same request again finds out. */
function unheard(cause: Error = new Error('late')): ApiError {
  return new ApiError('ledger_unavailable', { cause });
}

const OUTCOMES = { hit: 'cache_hit', miss: 'generated', joined: 'follower' } as const;

function charged<T extends QuotedPlan>(
  pictures: readonly T[],
  { charges, allowance }: Settled,
): ChargedPictures<T> {
  return {
    pictures: pictures.map((picture, index) => {
      const charge = charges[index];
      if (!charge) throw new Error('the ledger answers every line');
      return { ...picture, charge };
    }),
    allowance,
  };
}
