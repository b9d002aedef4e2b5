import type { ComposeRequest } from '../../gpu-backend/contract/compose.ts';
import type { Recipe } from '../../gpu-backend/contract/fingerprint.ts';
import type { StoredObject } from '../adapters/object-store.ts';
import type { KeptComposition } from '../recipes/recipe-book.ts';

/** One file to make, under its name. */
export type FlightPlan = PicturePlan | CompositionPlan;

export interface PicturePlan {
  readonly recipe: Recipe;
  readonly fingerprint: string;
}

/** A file that is put together of pictures which lie in the object store by the time it flies. */
export interface CompositionPlan {
  readonly recipe: KeptComposition;
  readonly fingerprint: string;
  readonly file: ComposeRequest;
}

interface FlightCall {
  /** Milliseconds since 1970: ends the waiting, not the flight. */
  readonly deadline: number;
  /** Whether who joins needs the bytes too; who started it gets them in any case. */
  readonly withBytes: boolean;
  /**
   * Names the caller, in the same way when it asks again after a crash: by it a flight knows who started it. Undefined:
   * it starts flights for nobody.
   */
  readonly caller?: string;
  /**
   * Aborted when the caller wants the picture no more: the call ends with `superseded`. For whom the flight is made it ends
   * so only where nobody else waits and the backend has not begun, else as if it had stayed: what was made for a caller is
   * paid by it. Undefined: it never leaves.
   */
  readonly withdrawn?: AbortSignal | undefined;
  /** W3C trace context of a flight that this call starts. */
  readonly traceparent?: string | undefined;
}

/** A picture that is in the object store by now. */
export interface Landing extends StoredObject {
  /** Made because of this caller, also where it asks again after a crash; or for another, or known already. */
  readonly result: 'generated' | 'joined';
  /** Undefined where they were not asked for, or the flight no longer has them: then the store does. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** Makes each picture once, whoever asks how often from wherever. */
export interface Flights {
  /**
   * Starts the picture's flight, or joins the one that is under way. It goes on when the caller hangs up.
   * @throws ApiError what the flight ended with, alike for all who wait; `deadline_exceeded` for this caller alone.
   */
  generate(plan: FlightPlan, call: FlightCall): Promise<Landing>;
  /**
   * Whether the picture was made because of that caller, as far as is remembered: two days.
   * @throws ApiError `service_unavailable`.
   */
  wasStartedBy(fingerprint: string, caller: string): Promise<boolean>;
}
