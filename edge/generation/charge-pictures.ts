import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { Flights, Landing } from '../flight/flight.ts';
import { chargeIdOf } from '../ledger/charge-id.ts';
import type { Allowance, Ledger, Outcome, Settled, SettledCharge, Spender } from '../ledger/ledger.ts';
import type { Prices } from '../ledger/prices.ts';
import { causeOf, type Log } from '../middleware/answer-errors.ts';
import { type PictureSource, readPicture } from '../pictures/picture-source.ts';
import { pictureNameOfPlan } from './plan-pictures.ts';
import type { QuotedPicture } from './quote-pictures.ts';
import { SpendingRefused } from './spending-refused.ts';

/** What settling may take beyond the deadline of the pictures. */
const SETTLE_MS = 30_000;

export interface ChargeOptions {
  readonly ledger: Ledger;
  readonly spender: Spender;
  readonly tenant: string;
  readonly requestKey: string;
  /** Id of the model. */
  readonly model: string;
  readonly prices: Prices;
  readonly flights: Flights;
  readonly source: PictureSource;
  readonly withBytes: boolean;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly now: () => number;
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
  const { ledger, spender, tenant, requestKey, model, deadline, now } = options;
  const lines = await Promise.all(
    quoted.map(async ({ fingerprint, units }, index) => ({
      chargeId: await chargeIdOf(tenant, requestKey, index),
      fingerprint,
      units,
    })),
  );
  const order = { requestKey, spender, model };
  if (quoted.every(({ cache }) => cache === 'hit')) {
    const recorded = await ledger.record({
      ...order,
      lines: lines.map((line) => ({ ...line, outcome: 'cache_hit' })),
    });
    if (!recorded.granted) throw new SpendingRefused(recorded);
    return charged(quoted, recorded);
  }
  const reservation = await ledger.reserve({ ...order, lines, leaseMs: deadline - now() + SETTLE_MS });
  if (!reservation.granted) throw new SpendingRefused(reservation);
  const settle = (outcomes: readonly Outcome[], units: readonly number[]): Promise<Settled> =>
    ledger.settle({
      lease: reservation.lease,
      spender,
      lines: lines.map(({ chargeId }, index) => ({
        chargeId,
        outcome: outcomes[index] ?? 'failed',
        units: units[index] ?? 0,
      })),
    });
  let landed: readonly QuotedPicture[];
  try {
    landed = await land(quoted, options);
  } catch (error) {
    const outcome = error instanceof ApiError && error.code === 'content_moderated' ? 'moderated' : 'failed';
    // What cannot be released now is when the lease ends.
    await settle(
      lines.map(() => outcome),
      [],
    ).catch((cause: Error) =>
      options.log({ level: 'error', event: 'release_failed', cause: causeOf(cause) }),
    );
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
        .filter(({ cache }) => cache === 'miss')
        .map(async (picture) => [picture.fingerprint, await fly(picture, options)] as const),
    ),
  );
  return quoted.map((picture) => {
    const landing = flown.get(picture.fingerprint);
    if (!landing) return picture;
    const { result, bytes } = landing;
    if (result === 'generated' && picture.cache === 'miss') return { ...picture, bytes };
    return { ...picture, cache: 'joined', bytes, units: Math.min(picture.units, options.prices.hit) };
  });
}

async function fly(
  plan: QuotedPicture,
  { flights, deadline, withBytes, source }: ChargeOptions,
): Promise<Pick<Landing, 'result' | 'bytes'>> {
  const { result, etag, sizeBytes, bytes } = await flights.generate(plan, { deadline, withBytes });
  const name = pictureNameOfPlan(plan);
  if (bytes) source.cache(name, { etag, sizeBytes, bytes });
  if (!withBytes) return { result, bytes: undefined };
  return { result, bytes: bytes ?? (await read(name, source)) };
}

async function read(name: ReturnType<typeof pictureNameOfPlan>, source: PictureSource) {
  const picture = await source.open(name);
  if (picture) return readPicture(picture);
  throw new ApiError('backend_unavailable', {
    cause: new Error('a picture that landed is not in the store'),
  });
}
