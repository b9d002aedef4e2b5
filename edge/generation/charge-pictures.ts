import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { Clock } from '../durable/clock.ts';
import { within } from '../durable/within.ts';
import type { FlightPlan, Flights, Landing } from '../flight/flight.ts';
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
import { type BilledPicture, pictureNameOfPlan } from './plan-pictures.ts';
import type { Quoted } from './quote-pictures.ts';
import { SpendingRefused } from './spending-refused.ts';

/** What settling may take beyond the deadline of the pictures: all tries of a call that hangs. */
const SETTLE_MS = 30_000;

type QuotedPicture = Quoted<BilledPicture>;

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
  /** Of the pictures, milliseconds since 1970. */
  readonly deadline: number;
  /** W3C trace context of the flights. */
  readonly traceparent?: string | undefined;
  /** When the caller must hear of the ledger, or hear that it does not answer; milliseconds since 1970. */
  readonly answerBy: number;
  readonly clock: Clock;
  /** Lets settling go on when that time is over. */
  readonly defer: Defer;
  readonly log: Log;
}

export interface ChargedPictures {
  /** In the order asked for. */
  readonly pictures: readonly (QuotedPicture & { readonly charge: SettledCharge })[];
  readonly allowance: Allowance;
}

/**
 * Reserve → fly → settle: all of the request's pictures, or an error that costs nothing. Pictures that exist are
 * recorded in one call; a picture that another request was making turns out as cheap as they.
 * @throws ApiError what the ledger refused with, or the first flight that failed.
 */
export async function chargePictures(
  quoted: readonly QuotedPicture[],
  options: ChargeOptions,
): Promise<ChargedPictures> {
  const { ledger, spender, requestKey, model, deadline, answerBy, clock, defer } = options;
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
  let landed: readonly QuotedPicture[];
  try {
    landed = await land(quoted, options);
    await options.complete?.();
  } catch (error) {
    const outcome = error instanceof ApiError && error.code === 'content_moderated' ? 'moderated' : 'failed';
    // What cannot be released now is when the lease ends.
    const released = await settle(
      lines.map(() => outcome),
      [],
    ).catch((cause: Error) =>
      options.log({ level: 'error', event: 'release_failed', cause: causeOf(cause) }),
    );
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

function charged(pictures: readonly QuotedPicture[], { charges, allowance }: Settled): ChargedPictures {
  return {
    pictures: pictures.map((picture, index) => {
      const charge = charges[index];
      if (!charge) throw new Error('the ledger answers every line');
      return { ...picture, charge };
    }),
    allowance,
  };
}

/** Has the misses made, each by a flight of its own, all at the same time. */
async function land(quoted: readonly QuotedPicture[], options: ChargeOptions): Promise<QuotedPicture[]> {
  const flown = new Map(
    await Promise.all(
      quoted
        .filter(({ cache, isStored }) => cache === 'miss' && !isStored)
        .map(async (picture) => [picture.fingerprint, await fly(picture, options)] as const),
    ),
  );
  return quoted.map((picture) => {
    const landing = flown.get(picture.fingerprint);
    if (!landing) return picture;
    const { result, bytes, hashes } = landing;
    if (result === 'generated' && picture.cache === 'miss') return { ...picture, bytes, hashes };
    return { ...picture, cache: 'joined', bytes, hashes, units: Math.min(picture.units, options.prices.hit) };
  });
}

async function fly(
  plan: QuotedPicture,
  { flights, deadline, clock, withBytes, source, traceparent }: ChargeOptions,
): Promise<Pick<Landing, 'result' | 'bytes' | 'hashes'>> {
  const call = { deadline, withBytes, caller: plan.chargeId, traceparent };
  const { result, bytes, ...object } = await flights.generate(planOf(plan), call);
  const { hashes } = object;
  const name = pictureNameOfPlan(plan);
  if (bytes) source.cache(name, { ...object, bytes });
  if (!withBytes) return { result, hashes, bytes: undefined };
  if (bytes) return { result, hashes, bytes };
  const late = () => new ApiError('deadline_exceeded');
  return { result, hashes, bytes: await within(read(name, source), deadline, clock, late) };
}

/** Without what the request knows beside it: a flight is everybody's. */
function planOf({ recipe, fingerprint }: QuotedPicture): FlightPlan {
  return { recipe, fingerprint };
}

async function read(name: ReturnType<typeof pictureNameOfPlan>, source: PictureSource) {
  const picture = await source.open(name);
  if (picture) return readPicture(picture);
  throw new ApiError('backend_unavailable', {
    cause: new Error('a picture that landed is not in the store'),
  });
}
