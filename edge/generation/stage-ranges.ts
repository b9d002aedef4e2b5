const RANGE = /^(\d{1,2})(?:-(\d{1,2}))?$/u;

/** Of a name that is no range of stages, this much is repeated. */
const MAX_QUOTED_CHARACTERS = 40;

/** First and last stage of a range such as "0-2" or "3"; undefined: it is none. */
export function readStageRange(text: string): readonly [first: number, last: number] | undefined {
  const [, first, last = first] = RANGE.exec(text) ?? [];
  return first === undefined ? undefined : [Number(first), Number(last)];
}

/** What is wrong with ranges of a model's stages, of which there are `count`; undefined: nothing. */
export function stageRangesProblem(ranges: readonly string[], count: number): string | undefined {
  const named = new Set<number>();
  for (const range of ranges) {
    const [first, last] = readStageRange(range) ?? [];
    if (first === undefined || last === undefined) {
      return `names ${JSON.stringify(range.slice(0, MAX_QUOTED_CHARACTERS))}; allowed are stages and ranges, as "3" or "0-2"`;
    }
    if (count === 0) return 'must be left out: the stages of this model have no prompts of their own';
    if (last < first) return `has the range "${range}", which falls; it must rise`;
    if (last >= count) return `has the range "${range}"; this model has the stages 0 … ${count - 1}`;
    for (let stage = first; stage <= last; stage++) {
      if (named.has(stage)) return `names stage ${stage} twice; allowed is once`;
      named.add(stage);
    }
  }
  return undefined;
}
