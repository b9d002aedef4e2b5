/** What happened in a run, in order: two runs of a seed are the same when their digests are. */
export interface Trace {
  note(what: string): void;
  /** FNV-1a over all notes. */
  digest(): number;
  /** The notes, where they were asked for. */
  readonly lines: readonly string[];
}

export function createTrace(isKept: boolean, now: () => number): Trace {
  const lines: string[] = [];
  let digest = 0x811c9dc5;
  return {
    note(what) {
      const line = `${now()} ${what}`;
      for (let place = 0; place < line.length; place++) {
        digest = Math.imul(digest ^ line.charCodeAt(place), 0x01000193) >>> 0;
      }
      if (isKept) lines.push(line);
    },
    digest: () => digest,
    lines,
  };
}
