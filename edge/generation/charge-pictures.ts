import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { Clock } from '../durable/clock.ts';
import { within } from '../durable/within.ts';
import type { FlightPlan, Flights, Landing } from '../flight/flight.ts';
import { isComposition, isPicture, nameOfPlan } from '../flight/plan-name.ts';
import {
  type Allowance,
  CHARGED_OUTCOMES,
  type Ledger,
  type Outcome,
  type Settled,
  type SettledCharge,
  type Spender,
} from '../ledger/ledger.ts';
import type { Prices } from '../ledger/prices.ts';
import { causeOf, type Log } from '../middleware/answer-errors.ts';
import { type Defer, type PictureSource, readPicture } from '../pictures/picture-source.ts';
import { inTurns } from './in-turns.ts';
import { PartlyMade } from './partly-made.ts';
import type { Billed } from './plan-pictures.ts';
import type { Quoted } from './quote-pictures.ts';
import { SpendingRefused } from './spending-refused.ts';

/** What settling may take beyond the deadline of the pictures: all tries of a call that hangs. */
const SETTLE_MS = 30_000;

/** A composition, if there is one, stands behind its pictures. */
type QuotedPlan = Quoted<Billed<FlightPlan>>;

/** What flights brought, by fingerprint. */
type Flown = Map<string, Pick<Landing, 'result' | 'bytes' | 'hashes'>>;

export interface ChargeOptions {
  readonly ledger: Ledger;
  readonly spender: Spender;
  readonly requestKey: string;
  /** Id of the model. */
  readonly model: string;
  readonly prices: Prices;
  readonly flights: Flights;
  readonly source: PictureSource;
  readonly withBytes: boolean;
  /** What the answer needs beside the pictures, once they are there: where it fails, they cost nothing. */
  readonly complete?: () => Promise<void>;
  /**
   * How many flights are under way at a time; then, where one fails, what was made by then is charged, and found by
   * whoever asks again. Undefined: all at once, and all or nothing is charged.
   */
  readonly atOnce?: number;
  /** Told the place of each picture, in the order asked for, once it is there. */
  readonly onLanded?: (index: number, landed: Pick<QuotedPlan, 'cache' | 'hashes'>) => void;
  /** Of the pictures, milliseconds since 1970. */
  readonly deadline: number;
  /** Aborted when the caller wants the pictures no more. @see FlightCall */
  readonly withdrawn?: AbortSignal | undefined;
  /** W3C trace context of the flights. */
  readonly traceparent?: string | undefined;
  /** When the caller must hear of the ledger, or hear that it does not answer; milliseconds since 1970. */
  readonly answerBy: number;
  readonly clock: Clock;
  /** Lets settling go on when that time is over. */
  readonly defer: Defer;
  readonly log: Log;
}

export interface ChargedPictures<T extends QuotedPlan = QuotedPlan> {
  /** In the order asked for. */
  readonly pictures: readonly (T & { readonly charge: SettledCharge })[];
  readonly allowance: Allowance;
}

/**
 * Reserve → fly → settle: all of the request's pictures, or an error that costs nothing. Pictures that exist are
 * recorded in one call; a picture that another request was making turns out as cheap as they.
 * @throws ApiError what the ledger refused with, or the first flight that failed; PartlyMade.
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
  const inTime = <T>(call: Promise<T>): Promise<T> => {
    defer(call.catch(() => undefined));
    return within(
      call,
      answerBy,
      clock,
      () => new ApiError('ledger_unavailable', { cause: new Error('late') }),
    );
  };
  if (quoted.every(({ isStored }) => isStored)) {
    await options.complete?.();
    const recorded = await inTime(
      ledger.record({
        ...order,
        lines: lines.map((line, index) => ({ ...line, outcome: OUTCOMES[quoted[index]?.cache ?? 'hit'] })),
      }),
    );
    if (!recorded.granted) throw new SpendingRefused(recorded);
    for (const [index, plan] of quoted.entries()) options.onLanded?.(index, plan);
    return charged(quoted, recorded);
  }
  const leaseMs = Math.max(0, deadline - clock.now()) + SETTLE_MS;
  const reservation = await inTime(ledger.reserve({ ...order, lines, leaseMs }));
  if (!reservation.granted) throw new SpendingRefused(reservation);
  const settle = (outcomes: readonly Outcome[], units: readonly number[]): Promise<Settled> =>
    inTime(
      ledger.settle({
        lease: reservation.lease,
        spender,
        lines: lines.map(({ chargeId }, index) => ({
          chargeId,
          outcome: outcomes[index] ?? 'failed',
          units: units[index] ?? 0,
        })),
      }),
    );
  let landed: readonly T[];
  const flown: Flown = new Map();
  try {
    landed = await land(quoted, flown, options);
    await options.complete?.();
  } catch (error) {
    const outcome = error instanceof ApiError && error.code === 'content_moderated' ? 'moderated' : 'failed';
    const isMade = (plan: T): boolean => options.atOnce !== undefined && wasMade(plan, flown);
    // What cannot be released now is when the lease ends.
    const released = await settle(
      quoted.map((plan) => (isMade(plan) ? 'generated' : outcome)),
      quoted.map((plan) => (isMade(plan) ? plan.units : 0)),
    ).catch((cause: Error) =>
      options.log({ level: 'error', event: 'release_failed', cause: causeOf(cause) }),
    );
    if (error instanceof ApiError && quoted.some(isMade)) {
      // Unheard, it may have been charged: the same request again finds out.
      throw released ? new PartlyMade(error, released) : new ApiError('ledger_unavailable', { cause: error });
    }
    const isCharged = released?.charges.some((charge) => CHARGED_OUTCOMES.has(charge.outcome));
    // An earlier try of the same request was heard so late: what it was charged for is there for the next one.
    if (isCharged)
      throw new ApiError('ledger_unavailable', { cause: new Error('charged for an earlier try') });
    throw error;
  }
  return charged(
    landed,
    await settle(
      landed.map(({ cache }) => OUTCOMES[cache]),
      landed.map(({ units }) => units),
    ),
  );
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

/** Has the misses made, each by a flight of its own: pictures at the same time, then what is composed of them. */
async function land<T extends QuotedPlan>(
  quoted: readonly T[],
  flown: Flown,
  options: ChargeOptions,
): Promise<T[]> {
  const { atOnce, prices, onLanded } = options;
  const tell = (fingerprint: string): void => {
    for (const [index, plan] of quoted.entries()) {
      if (plan.fingerprint === fingerprint) onLanded?.(index, landedOf(plan, flown, prices));
    }
  };
  const start = async (plan: T): Promise<void> => {
    flown.set(plan.fingerprint, await fly(plan, options));
    tell(plan.fingerprint);
  };
  const missing = quoted.filter(({ cache, isStored }) => cache === 'miss' && !isStored);
  const flying = new Set(missing.map(({ fingerprint }) => fingerprint));
  for (const fingerprint of new Set(quoted.map((plan) => plan.fingerprint))) {
    if (!flying.has(fingerprint)) tell(fingerprint);
  }
  const pictures = missing.filter(isPicture);
  await (atOnce === undefined ? Promise.all(pictures.map(start)) : inTurns(pictures, atOnce, start));
  for (const composition of missing.filter(isComposition)) await start(composition);
  return quoted.map((plan) => landedOf(plan, flown, prices));
}

/** A plan as it landed; one that another had made turns out as cheap as what exists. */
function landedOf<T extends QuotedPlan>(plan: T, flown: Flown, prices: Prices): T {
  const landing = flown.get(plan.fingerprint);
  if (!landing) return plan;
  const { result, bytes, hashes } = landing;
  if (result === 'generated' && plan.cache === 'miss') return { ...plan, bytes, hashes };
  return { ...plan, cache: 'joined', bytes, hashes, units: Math.min(plan.units, prices.hit) };
}

/** Because of this request, in this try or an earlier one. */
function wasMade({ cache, isStored, fingerprint }: QuotedPlan, flown: Flown): boolean {
  return cache === 'miss' && (isStored || flown.get(fingerprint)?.result === 'generated');
}

async function fly(
  plan: QuotedPlan,
  { flights, deadline, clock, withBytes, source, traceparent, withdrawn }: ChargeOptions,
): Promise<Pick<Landing, 'result' | 'bytes' | 'hashes'>> {
  const call = { deadline, withBytes, caller: plan.chargeId, traceparent, withdrawn };
  const { result, bytes, ...object } = await flights.generate(planOf(plan), call);
  const { hashes } = object;
  const name = nameOfPlan(plan);
  if (bytes) source.cache(name, { ...object, bytes });
  if (!withBytes) return { result, hashes, bytes: undefined };
  if (bytes) return { result, hashes, bytes };
  const late = () => new ApiError('deadline_exceeded');
  return { result, hashes, bytes: await within(read(name, source), deadline, clock, late) };
}

/** Without what the request knows beside it: a flight is everybody's. */
function planOf(plan: QuotedPlan): FlightPlan {
  const { fingerprint } = plan;
  if (isComposition(plan)) return { fingerprint, recipe: plan.recipe, file: plan.file };
  return { fingerprint, recipe: plan.recipe };
}

async function read(name: ReturnType<typeof nameOfPlan>, source: PictureSource) {
  const picture = await source.open(name);
  if (picture) return readPicture(picture);
  throw new ApiError('backend_unavailable', {
    cause: new Error('a picture that landed is not in the store'),
  });
}
