import type { FlightPlan } from './flight.ts';
import type { FlightRefusal } from './flight-refusal.ts';

/** What a flight remembers beyond its memory: one row, or none where nothing is under way. */
export type FlightRow = FlightState & {
  /** Of a picture that was made: its recipe is still to be kept. */
  readonly unkept?: FlightPlan | undefined;
};

export type FlightState =
  /** The backend was asked. Found with no flight in memory, it was lost on the way. */
  | {
      readonly state: 'flying';
      readonly attempt: number;
      readonly starter: string | undefined;
      readonly plan: FlightPlan;
    }
  /** Made, at `at` (milliseconds since 1970), because of `starter`; undefined: of nobody who pays. */
  | { readonly state: 'landed'; readonly at: number; readonly starter: string | undefined }
  /** Nobody may try before `until`, milliseconds since 1970. */
  | { readonly state: 'refused'; readonly refusal: FlightRefusal; readonly until: number };

/** The durable memory of one flight. Synchronous: what is written is durable before anything leaves the object. */
export interface FlightStorage {
  read(): FlightRow | undefined;
  /** Replaces the row; `wake` is called at `wakeAt` (milliseconds since 1970), at least once. */
  write(row: FlightRow, wakeAt: number): void;
  /** Leaves nothing. */
  clear(): void;
}
