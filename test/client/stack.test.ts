import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { type DevStack, startDevStack } from '../fixtures/dev-stack.ts';
import { cli } from './cli.suite.ts';
import { library } from './library.suite.ts';
import { packedPackage } from './packed-package.suite.ts';

// The client against one running `npm start`.
describe('galip, by npm start', () => {
  let stack: DevStack;
  let folder: string;
  beforeAll(async () => {
    // Where `npm start` keeps its data below the folder that the command line runs in.
    folder = await mkdtemp(join(tmpdir(), 'galip-client-'));
    stack = await startDevStack({ dataDir: join(folder, '.data') });
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  library(() => stack);
  cli(
    () => stack,
    () => folder,
  );
  packedPackage(() => stack);
});
