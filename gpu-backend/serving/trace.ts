/** What a span is worth knowing of, beside its time: numbers and names, never a prompt. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** A stage of a request, with when it began and ended on the clock of serving, ms. */
export interface Stage {
  readonly name: 'admission' | 'queue' | 'inference' | 'encode' | 'store';
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly attributes?: SpanAttributes;
}

/** Where a request's stages are written down, in any order and also after it was answered. */
export interface Trace {
  record(stage: Stage): void;
}

/** Of a request that nobody traces. */
export const NO_TRACE: Trace = { record() {} };
