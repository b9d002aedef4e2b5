import { diff } from 'node:util';
import type { SettingOutcome } from './apply-settings.ts';
import type { Json } from './setting.ts';

/** One line for a setting, and under it, where it is not what is wanted, the lines that go and the lines that come. */
export function describeOutcome({ name, outcome, current, wanted, reason }: SettingOutcome): string {
  const title = `${name}: ${outcome}${reason === undefined ? '' : `: ${reason}`}`;
  if (outcome === 'unchanged') return title;
  const lines = diff(linesOf(current), linesOf(wanted)).map(
    ([operation, line]) => `  ${MARKS[operation]} ${line}`,
  );
  return [title, ...lines].join('\n');
}

/** By util.diff's numbers. */
const MARKS: Readonly<Record<number, string>> = { [-1]: '+', 0: ' ', 1: '-' };

function linesOf(value: Json): string[] {
  return value === null ? [] : JSON.stringify(value, undefined, 2).split('\n');
}
