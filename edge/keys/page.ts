/** A place in a list that is read newest first: that of the last entry seen. */
export interface Position {
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly id: string;
}

export interface PageRequest {
  /** Entries at most. */
  readonly limit: number;
  /** Undefined: from the newest. */
  readonly after: Position | undefined;
}

export interface Page<T> {
  readonly entries: readonly T[];
  /** Where the next page goes on; undefined: this was the last. */
  readonly next: Position | undefined;
}

/** Cuts a page from `rows`, of which one more than `limit` was asked for. */
export function pageOf<T extends Position>(rows: readonly T[], { limit }: PageRequest): Page<T> {
  const entries = rows.slice(0, limit);
  const last = entries.at(-1);
  const next = rows.length > limit && last ? { createdAt: last.createdAt, id: last.id } : undefined;
  return { entries, next };
}

/** Later than all entries: what a list that starts at the newest comes after. */
export const NEWEST: Position = { createdAt: Number.MAX_SAFE_INTEGER, id: '' };

export function cursorOf({ createdAt, id }: Position): string {
  return `${createdAt}_${id}`;
}

/** Undefined where `cursor` is none that `cursorOf` gives. */
export function parseCursor(cursor: string): Position | undefined {
  const [, createdAt, id] = /^(0|[1-9]\d{0,14})_([\w-]{1,64})$/u.exec(cursor) ?? [];
  return id === undefined ? undefined : { createdAt: Number(createdAt), id };
}
