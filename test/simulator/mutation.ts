import type { Backend } from '../../edge/adapters/backend.ts';
import type { Flights } from '../../edge/flight/flight.ts';
import type { FlightCore } from '../../edge/flight/flight-core.ts';
import type { Idempotency } from '../../edge/idempotency/idempotency.ts';
import type { LedgerCore } from '../../edge/ledger/ledger-core.ts';
import type { Sql } from '../../edge/ledger/sql.ts';
import type { Alarm } from './engine/alarm.ts';
import type { SimulatedStore } from './services/simulated-store.ts';

/** A part that is broken in one way: the simulator must notice. Empty: the real parts. */
export interface Mutation {
  readonly ledger?: (core: LedgerCore, tenant: string) => LedgerCore;
  readonly ledgerSql?: (sql: Sql) => Sql;
  readonly flights?: (flights: Flights, backend: Backend) => Flights;
  readonly flightCore?: (core: FlightCore) => FlightCore;
  readonly idempotency?: (idempotency: Idempotency) => Idempotency;
  readonly jobAlarm?: (alarm: Alarm) => Alarm;
  readonly store?: (store: SimulatedStore) => SimulatedStore;
}
