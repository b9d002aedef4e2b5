import { MAX_IMAGES } from '../../gpu-backend/contract/generate.ts';
import { MAX_SEED } from '../../gpu-backend/contract/noise.ts';

const PART = /^(\d{1,16})(?:-(\d{1,16}))?$/u;

/** Of a part that is no seed, this much is repeated. */
const MAX_QUOTED_CHARACTERS = 40;

/** What is wrong with a list of seeds such as "0,1,4-6"; undefined: nothing. */
export function seedListProblem(text: string): string | undefined {
  let count = 0;
  for (const part of text.split(',')) {
    const [, first, last = first] = PART.exec(part.trim()) ?? [];
    if (first === undefined)
      return `has the part ${JSON.stringify(part.slice(0, MAX_QUOTED_CHARACTERS))}; allowed are seeds and ranges, as "0,1,4-6"`;
    if (Number(last) > MAX_SEED) return `goes beyond ${MAX_SEED}, the largest seed`;
    if (Number(last) < Number(first)) return `has the range "${part.trim()}", which falls; it must rise`;
    count += Number(last) - Number(first) + 1;
    if (count > MAX_IMAGES) return `has more than ${MAX_IMAGES} seeds`;
  }
  return undefined;
}

/** The seeds of a list in which nothing is wrong. */
export function readSeedList(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [, first, last = first] = PART.exec(part.trim()) ?? [];
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
  });
}
