import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { Clock } from '../durable/clock.ts';
import { within } from '../durable/within.ts';
import type { FlightPlan, Flights, Landing } from '../flight/flight.ts';
import { isComposition, isPicture, nameOfPlan } from '../flight/plan-name.ts';
import type { Prices } from '../ledger/prices.ts';
import { type PictureSource, readPicture } from '../pictures/picture-source.ts';
import { inTurns } from './in-turns.ts';
import type { Billed } from './plan-pictures.ts';
import type { Quoted } from './quote-pictures.ts';

/** A composition, if there is one, stands behind its pictures. */
export type QuotedPlan = Quoted<Billed<FlightPlan>>;

/** What flights brought, by fingerprint. */
export type Flown = Map<string, Pick<Landing, 'result' | 'bytes' | 'hashes'>>;

export interface FlyOptions {
  readonly prices: Prices;
  readonly flights: Flights;
  readonly source: PictureSource;
  readonly withBytes: boolean;
  /** How many flights are under way at a time. Undefined: all. */
  readonly atOnce?: number;
  /** Told the place of each picture, in the order asked for, once it is there. */
  readonly onLanded?: (index: number, landed: Pick<QuotedPlan, 'cache' | 'hashes'>) => void;
  /** When what has not begun is no longer wanted, milliseconds since 1970. */
  readonly deadline: number;
  /** What has begun is waited for until then, milliseconds since 1970. */
  readonly landBy: number;
  /** Aborted when the caller wants the pictures no more. @see FlightCall */
  readonly withdrawn?: AbortSignal | undefined;
  /** W3C trace context of the flights. */
  readonly traceparent?: string | undefined;
  readonly clock: Clock;
}

/**
 * Has the misses made, each by a flight of its own: pictures at the same time, then what is composed of them. Where one
 * fails, or the time is up, the rest is withdrawn: it is not made where it has not begun. Ends when nothing is under way
 * any more.
 * @param flown gets what landed, also where another failed.
 * @returns the plans as they landed; one that another had made turns out as cheap as what exists.
 * @throws ApiError the first that failed; `deadline_exceeded`; `superseded` where the caller withdrew.
 */
export async function flyPictures<T extends QuotedPlan>(
  quoted: readonly T[],
  flown: Flown,
  options: FlyOptions,
): Promise<T[]> {
  const { atOnce, prices, onLanded, deadline, withdrawn, clock } = options;
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  const left = withdrawn ? AbortSignal.any([leaving.signal, withdrawn]) : leaving.signal;
  const tell = (fingerprint: string): void => {
    for (const [index, plan] of quoted.entries()) {
      if (plan.fingerprint === fingerprint) onLanded?.(index, landedOf(plan, flown, prices));
    }
  };
  const start = async (plan: T): Promise<void> => {
    try {
      await fly(plan, flown, { ...options, withdrawn: left });
    } catch (error) {
      const isLeft = leaving.signal.aborted && withdrawn?.aborted !== true;
      leave();
      const isLate = isLeft && error instanceof ApiError && error.code === 'superseded';
      throw isLate ? new ApiError('deadline_exceeded', { cause: error }) : error;
    }
    tell(plan.fingerprint);
  };
  const missing = quoted.filter(({ cache, isStored }) => cache === 'miss' && !isStored);
  const flying = new Set(missing.map(({ fingerprint }) => fingerprint));
  for (const fingerprint of new Set(quoted.map((plan) => plan.fingerprint))) {
    if (!flying.has(fingerprint)) tell(fingerprint);
  }
  const leftMs = deadline - clock.now();
  if (leftMs <= 0) leave();
  const cancel = clock.after(Math.max(0, leftMs), leave);
  try {
    const pictures = missing.filter(isPicture);
    await inTurns(pictures, Math.min(atOnce ?? pictures.length, pictures.length), start);
    for (const composition of missing.filter(isComposition)) await start(composition);
  } finally {
    cancel();
  }
  return quoted.map((plan) => landedOf(plan, flown, prices));
}

/** Whether it was made because of this request, in this try or an earlier one. */
export function wasMade({ cache, isStored, fingerprint }: QuotedPlan, flown: Flown): boolean {
  return cache === 'miss' && (isStored || flown.get(fingerprint)?.result === 'generated');
}

function landedOf<T extends QuotedPlan>(plan: T, flown: Flown, prices: Prices): T {
  const landing = flown.get(plan.fingerprint);
  if (!landing) return plan;
  const { result, bytes, hashes } = landing;
  if (result === 'generated' && plan.cache === 'miss') return { ...plan, bytes, hashes };
  return { ...plan, cache: 'joined', bytes, hashes, units: Math.min(plan.units, prices.hit) };
}

async function fly(
  plan: QuotedPlan,
  flown: Flown,
  { flights, landBy, clock, withBytes, source, traceparent, withdrawn }: FlyOptions,
): Promise<void> {
  const call = { deadline: landBy, withBytes, caller: plan.chargeId, traceparent, withdrawn };
  const { result, bytes, ...object } = await flights.generate(planOf(plan), call);
  const { hashes } = object;
  const { fingerprint } = plan;
  const name = nameOfPlan(plan);
  if (bytes) source.cache(name, { ...object, bytes });
  // It is made whatever becomes of its bytes.
  flown.set(fingerprint, { result, hashes, bytes: withBytes ? bytes : undefined });
  if (bytes || !withBytes) return;
  const late = () => new ApiError('deadline_exceeded');
  flown.set(fingerprint, { result, hashes, bytes: await within(read(name, source), landBy, clock, late) });
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
