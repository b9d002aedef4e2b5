import { ApiError, type ErrorCode } from '../../gpu-backend/contract/errors.ts';
import type { Backend } from '../adapters/backend.ts';
import type { ObjectStore } from '../adapters/object-store.ts';
import { causeOf, type Log } from '../middleware/answer-errors.ts';
import { pictureKeyOf } from '../pictures/picture-name.ts';
import type { RecipeBook } from '../recipes/recipe-book.ts';
import type { CompositionPlan, FlightPlan, Landing, PicturePlan } from './flight.ts';
import { type FlightRefusal, refusalOf } from './flight-refusal.ts';
import type { FlightState, FlightStorage } from './flight-storage.ts';
import { isComposition, nameOfPlan } from './plan-name.ts';

/** After a failure one new leader may try this much later; whoever comes before hears the same failure. */
const NEXT_LEADER_MS = 1_000;
/** So long a refusal that the same recipe would meet again is answered from here. */
const REFUSAL_MS = 30_000;
/**
 * The row outlives the flight by this much: a request that looked into the store just before the landing must find it
 * here. Also longer than a flight may take, so that what is found flying at its end was lost.
 */
const MEMORY_MS = 120_000;
/**
 * So long it is known who started a flight that landed: a job may ask again for two days, a day of deadline and one of
 * finding out whether it was charged; an Idempotency-Key for one.
 */
const STARTER_MS = 49 * 3_600_000;
/** A flight that is lost with its object is tried once more. */
const MAX_ATTEMPTS = 2;
/** Refusals that follow from the recipe alone: asking again would only cost. */
const DETERMINISTIC: ReadonlySet<ErrorCode> = new Set(['content_moderated']);

/** The steps at which a process may die. The simulator's hook never settles then; in production there is none. */
export type FlightStep = 'flight.recorded' | 'flight.generated' | 'flight.landed' | 'flight.refused';

export interface FlightCoreOptions {
  readonly backend: Backend;
  readonly store: Pick<ObjectStore, 'head'>;
  readonly recipes: Pick<RecipeBook, 'keep'>;
  readonly storage: FlightStorage;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  readonly crashPoint?: (step: FlightStep) => Promise<void> | undefined;
}

export type FlightAnswer =
  | { readonly landing: Landing; readonly refusal?: never }
  | { readonly refusal: FlightRefusal; readonly landing?: never };

/** The flights of one fingerprint, one at a time. @see README.md for its states */
export interface FlightCore {
  generate(
    plan: FlightPlan,
    withBytes: boolean,
    caller?: string,
    traceparent?: string,
    call?: string,
  ): Promise<FlightAnswer>;
  /**
   * Who made that call wants the picture no more; where nobody does, what has not begun never will. It is answered at once,
   * but for whom the picture is made: that one hears whether it is made all the same.
   */
  leave(call: string): void;
  /** Whether the picture was made because of that caller. */
  wasStartedBy(caller: string): boolean;
  /** Forgets what nobody needs any more; called at the time given to `FlightStorage.write`. */
  wake(): Promise<void>;
}

/** What a flight brought: bytes where it made a picture, none where that lay in the store, or of a composition. */
type Flown = Omit<Landing, 'result'>;

/** A flight under way. */
interface Current {
  readonly end: Promise<Flown | FlightRefusal>;
  readonly withdrawal: AbortController;
  /** Calls that wait for it and may leave, each with what lets it go. */
  readonly leavers: Map<string, { readonly caller: string | undefined; readonly go: () => void }>;
  /** Somebody waits for it who never leaves. */
  isHeld: boolean;
}

export function createFlightCore(options: FlightCoreOptions): FlightCore {
  const { backend, store, recipes, storage, now, log, crashPoint } = options;
  let current: Current | undefined;

  async function fly(
    plan: FlightPlan,
    caller: string | undefined,
    traceparent: string | undefined,
    withdrawn: AbortSignal,
  ): Promise<Flown | FlightRefusal> {
    const row = storage.read();
    if (row?.state === 'refused' && now() < row.until) return row.refusal;
    if (row && row.state !== 'refused') {
      try {
        // Made since the caller looked, or stored by a flight that was lost after that.
        const stored = await store.head(pictureKeyOf(nameOfPlan(plan)));
        if (stored && row.state === 'flying') await land(plan, row.starter);
        if (stored) return { ...stored, bytes: undefined };
      } catch (error) {
        // The row says what it said: who had the picture made must not be forgotten.
        return refusalFor(plan, error);
      }
    }
    try {
      const attempt = row?.state === 'flying' ? row.attempt + 1 : 1;
      if (attempt > MAX_ATTEMPTS) throw unavailable('the flight was lost twice');
      // A picture that is made again for nobody was paid for by who had it made first.
      const starter = caller ?? (row && row.state !== 'refused' ? row.starter : undefined);
      write({ state: 'flying', attempt, starter, plan });
      await crashPoint?.('flight.recorded');
      const flown = await (isComposition(plan)
        ? compose(plan, traceparent)
        : make(plan, traceparent, withdrawn));
      await crashPoint?.('flight.generated');
      await land(plan, starter);
      return flown;
    } catch (error) {
      return refuse(plan, error);
    }
  }

  async function make(
    { recipe, fingerprint }: PicturePlan,
    traceparent: string | undefined,
    withdrawn: AbortSignal,
  ): Promise<Flown> {
    const { model, prompt, stages, seed, latent, size, format, quality, tenant } = recipe;
    const { pictures } = await backend.generate({
      model,
      images: [{ prompt, ...(stages && { stages }), seed, ...(latent && { latent }) }],
      size,
      format,
      quality,
      ...(tenant !== undefined && { tenant }),
      traceparent,
      withdrawn,
    });
    const [picture] = pictures;
    // Caching a picture under a name that is not its own could never be mended.
    if (!picture || pictures.length > 1 || picture.fingerprint !== fingerprint) {
      throw unavailable('backend made another picture than asked for');
    }
    const { etag, hashes, bytes } = picture;
    return { etag, sizeBytes: bytes.length, hashes, bytes };
  }

  async function compose(
    { file, fingerprint }: CompositionPlan,
    traceparent: string | undefined,
  ): Promise<Flown> {
    const { etag, sizeBytes, hashes, ...made } = await backend.compose({ ...file, traceparent });
    if (made.fingerprint === fingerprint) return { etag, sizeBytes, hashes, bytes: undefined };
    throw unavailable('backend made another composition than asked for');
  }

  /** Whatever becomes of later flights, the recipe of a picture that was made stays owed until it is kept. */
  function write(state: FlightState, unkept = storage.read()?.unkept): void {
    const until = state.state === 'refused' ? state.until + NEXT_LEADER_MS : now() + MEMORY_MS;
    storage.write({ ...state, unkept }, until);
  }

  /** The recipe is kept behind the answer. */
  async function land(plan: FlightPlan, starter: string | undefined): Promise<void> {
    write({ state: 'landed', at: now(), starter }, plan);
    await crashPoint?.('flight.landed');
    void keep(plan);
  }

  async function keep({ fingerprint, recipe }: FlightPlan): Promise<void> {
    try {
      await recipes.keep(fingerprint, recipe);
    } catch (error) {
      log({ level: 'error', event: 'recipe_not_kept', fingerprint, cause: causeOf(error as Error) });
      return;
    }
    const row = storage.read();
    if (row) storage.write({ ...row, unkept: undefined }, now() + MEMORY_MS);
  }

  /** A flight that was lost, and that nobody came back to, may have made its picture. False: not to be told now. */
  async function recover(): Promise<boolean> {
    const row = storage.read();
    if (current || row?.state !== 'flying') return true;
    try {
      const stored = await store.head(pictureKeyOf(nameOfPlan(row.plan)));
      if (stored && !current) write({ state: 'landed', at: now(), starter: row.starter }, row.plan);
      return true;
    } catch {
      return false;
    }
  }

  function refusalFor({ fingerprint }: FlightPlan, thrown: unknown): FlightRefusal {
    const error = thrown instanceof ApiError ? thrown : new ApiError('internal_error', { cause: thrown });
    const cause = causeOf(thrown as Error);
    if (error.code !== 'superseded')
      log({ level: 'error', event: 'flight_failed', fingerprint, code: error.code, cause });
    return refusalOf(error);
  }

  async function refuse(plan: FlightPlan, thrown: unknown): Promise<FlightRefusal> {
    const refusal = refusalFor(plan, thrown);
    const pauseMs = pauseAfter(refusal.code);
    const until = now() + pauseMs;
    write({ state: 'refused', refusal, until });
    await crashPoint?.('flight.refused');
    return refusal;
  }

  function wasStartedBy(caller: string): boolean {
    const row = storage.read();
    return row !== undefined && row.state !== 'refused' && row.starter === caller;
  }

  function start(plan: FlightPlan, caller: string | undefined, traceparent: string | undefined): Current {
    const withdrawal = new AbortController();
    const end = fly(plan, caller, traceparent, withdrawal.signal).finally(() => {
      current = undefined;
    });
    return { end, withdrawal, leavers: new Map(), isHeld: false };
  }

  const generate: FlightCore['generate'] = async (plan, withBytes, caller, traceparent, call) => {
    const joins = current !== undefined;
    // Set before the first await: whoever comes in between joins.
    current ??= start(plan, caller, traceparent);
    const flight = current;
    const { promise: left, resolve } = Promise.withResolvers<FlightRefusal>();
    const go = (): void => resolve(refusalOf(new ApiError('superseded')));
    if (call === undefined) flight.isHeld = true;
    else flight.leavers.set(call, { caller, go });
    const flown = await Promise.race([flight.end, left]);
    if ('code' in flown) {
      // Came after all others had left, and does not leave.
      const isWanted = call === undefined || flight.leavers.has(call);
      if (flown.code === 'superseded' && isWanted) {
        return generate(plan, withBytes, caller, traceparent, call);
      }
      return { refusal: flown };
    }
    const started = !joins && flown.bytes !== undefined;
    const made = caller === undefined ? started : wasStartedBy(caller);
    const bytes = started || withBytes ? flown.bytes : undefined;
    return { landing: { ...flown, bytes, result: made ? 'generated' : 'joined' } };
  };

  return {
    wasStartedBy,
    generate,
    leave(call) {
      const leaver = current?.leavers.get(call);
      if (!current || !leaver) return;
      current.leavers.delete(call);
      if (leaver.caller === undefined || !wasStartedBy(leaver.caller)) leaver.go();
      if (current.leavers.size === 0 && !current.isHeld) current.withdrawal.abort();
    },
    async wake() {
      const isKnown = await recover();
      const unkept = storage.read()?.unkept;
      if (unkept) await keep(unkept);
      const row = storage.read();
      if (!row) return;
      const forgetAt = row.state === 'landed' && row.starter !== undefined ? row.at + STARTER_MS : now();
      if (current || row.unkept || !isKnown) storage.write(row, now() + MEMORY_MS);
      else if (now() < forgetAt) storage.write(row, forgetAt);
      else storage.clear();
    },
  };
}

/** A picture that nobody wanted may be wanted at once. */
function pauseAfter(code: ErrorCode): number {
  if (code === 'superseded') return 0;
  return DETERMINISTIC.has(code) ? REFUSAL_MS : NEXT_LEADER_MS;
}

function unavailable(message: string): ApiError {
  return new ApiError('backend_unavailable', { cause: new Error(message) });
}
