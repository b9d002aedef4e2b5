import { describe, expect, it } from 'vitest';
import { parseTrace } from '../../../infra/plan/traffic/parse-trace.ts';

const POINTS = [
  { seconds: 0, rps: 1.5 },
  { seconds: 60, rps: 20 },
];

describe('a trace', () => {
  it.each([
    ['CSV with a header', 'time,rps\n100,1.5\n160,20\n'],
    ['CSV without one, with blanks and empty lines', '\n100, 1.5 \r\n\n160,20'],
    ['CSV with dates', '2026-11-25T08:00:00Z,1.5\n2026-11-25T08:01:00Z,20'],
    ['JSON lines', '{"time":100,"rps":1.5}\n{"time":160,"rps":20}'],
    [
      'JSON lines with dates',
      '{"time":"2026-11-25T08:00:00Z","rps":1.5}\n{"time":"2026-11-25T08:01:00Z","rps":20}',
    ],
  ])('is read from %s', (_, text) => {
    expect(parseTrace(text)).toEqual(POINTS);
  });

  it.each([
    ['', '--trace has no two lines: it must have at least two, time,rps.'],
    ['0,1', '--trace has no two lines'],
    ['0,0\n1,0', '--trace has no rps above 0'],
    ['0,1\n0,2', '--trace, line 2: its time must be after that of the line above.'],
    ['time,rps\n5,1\n4,2', '--trace, line 3: its time must be after'],
    [
      '0,1\nsoon,2',
      '--trace, line 2 is "soon,2": it must be time,rps with the time in seconds or as a date.',
    ],
    ['0,1\n1,2,3', '--trace, line 2 is "1,2,3": it must be time,rps'],
    ['0,1\n1', '--trace, line 2: rps is undefined: it must be a number, 0 … 1000000.'],
    ['0,1\n1,-2', '--trace, line 2: rps is "-2": it must be a number, 0 … 1000000.'],
    ['0,1\n1,many', '--trace, line 2: rps is "many"'],
    ['0,1\n{"time":1', '--trace, line 2 is no JSON'],
    ['{"time":0,"rps":null}\n1,1', '--trace, line 1: rps is null'],
  ])('is refused where it is %j', (text, message) => {
    expect(() => parseTrace(text)).toThrow(message);
  });
});
