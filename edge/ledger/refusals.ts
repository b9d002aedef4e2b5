import type { Refusal, RefusalReason, ReserveRequest } from './ledger.ts';
import type { Sql } from './sql.ts';

/** As much of a request as is counted of it where a limit refuses it. */
export interface RefusedRequest {
  readonly keyId: string;
  readonly model: string;
  readonly pictures: number;
  /** What the request was refused for before units were called back from shards: refused for that again, it stands. */
  readonly recalledFor: RefusalReason | undefined;
}

export function refusedRequestOf({
  spender: { keyId },
  model,
  lines,
  recalledFor,
}: Pick<ReserveRequest, 'spender' | 'model'> & {
  readonly lines: readonly unknown[];
  readonly recalledFor?: RefusalReason | undefined;
}): RefusedRequest {
  return { keyId, model, pictures: lines.length, recalledFor };
}

/**
 * Counts a refusal that stands: no units are to be had from elsewhere. A sum for each day, key and model, not a row for
 * each request: whoever sends without end fills nothing. A request whose refusal was lost on the way counts once more.
 */
export function countRefused(
  sql: Sql,
  request: RefusedRequest,
  { reason, recalls = [] }: Refusal,
  day: string,
): void {
  // Another request had the charge ids: that is the caller's mistake, and no limit.
  if (reason === 'conflict') return;
  if (recalls.length > 0 && reason !== request.recalledFor) return;
  sql.exec(
    `INSERT INTO refusals VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET pictures = pictures + excluded.pictures`,
    day,
    request.keyId,
    request.model,
    request.pictures,
  );
}
