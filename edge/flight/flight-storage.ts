import type { FlightPlan } from './flight.ts';
import type { FlightRefusal } from './flight-refusal.ts';

/** What a flight remembers beyond its memory: one row, or none where nothing is under way. */
export type FlightRow =
  /** The backend was asked. Found with no flight in memory, it was lost on the way. */
  | { readonly state: 'flying'; readonly attempt: number }
  /** Made a moment ago. `unkept`: its recipe is still to be kept. */
  | { readonly state: 'landed'; readonly unkept?: FlightPlan }
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
