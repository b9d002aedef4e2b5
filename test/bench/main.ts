import { benchAuth } from './auth.ts';
import { benchCheckpoints } from './checkpoints.ts';
import { benchConvert } from './convert.ts';

/** `npm run bench NAME`: measurements that take a quiet machine; what they gave stands in README.md beside this file. */
const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  auth: benchAuth,
  checkpoints: benchCheckpoints,
  convert: benchConvert,
};

const name = process.argv[2];
const bench = name === undefined ? undefined : BENCHES[name];
if (!bench) {
  console.error(`npm run bench NAME: ${name ?? 'no name'} is none of ${Object.keys(BENCHES).join(', ')}`);
  process.exit(1);
}
await bench();
