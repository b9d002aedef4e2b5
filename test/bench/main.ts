import { parseArgs } from 'node:util';
import { benchAuth } from './auth.ts';
import { benchCheckpoints } from './checkpoints.ts';
import { benchConvert } from './convert.ts';
import { benchEdge } from './edge.ts';
import { benchGenerator } from './generator.ts';
import { benchInt8 } from './int8.ts';
import { benchJudges } from './judges.ts';
import { benchLive } from './live.ts';
import { describeMachine } from './machine.ts';
import { benchPlan } from './plan.ts';
import { benchServing, SERVING_PARTS } from './serving.ts';
import type { Verdict } from './verdict.ts';

/**
 * `npm run bench NAME`: measurements that take a quiet machine; what they gave stands in README.md beside this file.
 * Exit status 1 when one is out of its bounds.
 */
const BENCHES: Readonly<Record<string, (runs: number) => AsyncIterable<Verdict>>> = {
  auth: benchAuth,
  checkpoints: benchCheckpoints,
  convert: benchConvert,
  edge: benchEdge,
  generator: benchGenerator,
  int8: benchInt8,
  judges: benchJudges,
  live: benchLive,
  plan: benchPlan,
  serving: benchServing,
  ...Object.fromEntries(Object.entries(SERVING_PARTS).map(([part, bench]) => [`serving:${part}`, bench])),
};

// What wrangler brings asks Cloudflare's network where it is, unless told not to.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '3' } },
});
const [name = 'no name', ...others] = positionals;
const bench = BENCHES[name];
const runs = /^[1-9]\d?$/u.test(values.runs) ? Number(values.runs) : undefined;
if (!bench || runs === undefined || others.length > 0) {
  console.error(`npm run bench NAME -- [--runs 1 … 99]: NAME is one of ${Object.keys(BENCHES).join(', ')}`);
  process.exit(1);
}
console.log(`${name}, ${runs} runs: ${describeMachine(new Date())}`);
for await (const { text, isWithin } of bench(runs)) {
  if (isWithin) console.log(text);
  else {
    console.error(text);
    process.exitCode = 1;
  }
}
