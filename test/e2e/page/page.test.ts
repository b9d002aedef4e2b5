import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { CHROMIUM, startBrowser } from '../../fixtures/browser.ts';
import { type DevStack, startDevStack } from '../../fixtures/dev-stack.ts';
import { accessible } from './accessible.suite.ts';
import { bestOf } from './best-of.suite.ts';
import { operatorConsole } from './console.suite.ts';
import { files } from './files.suite.ts';
import { grid } from './grid.suite.ts';
import { longJob } from './long-job.suite.ts';
import type { PageParts } from './open-with-key.ts';
import { painting } from './painting.suite.ts';
import { placeholders } from './placeholders.suite.ts';
import { refusals } from './refusals.suite.ts';
import { tenants } from './tenants.suite.ts';
import { texts } from './texts.suite.ts';
import { twoPrompts } from './two-prompts.suite.ts';

const why = CHROMIUM === undefined ? ' (skipped: no Chromium, as Debian’s package chromium has it)' : '';

describe.skipIf(CHROMIUM === undefined)(`the page, in Chromium over npm start${why}`, () => {
  let stack: DevStack;
  let browser: Browser;
  beforeAll(async () => {
    [stack, browser] = await Promise.all([
      startDevStack({ env: { PROMPT_BLOCK_LIST: 'forbidden' } }),
      startBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  const parts = (): PageParts => ({ stack, browser });
  files(parts);
  painting(parts);
  bestOf(parts);
  placeholders(parts);
  texts(parts);
  twoPrompts(parts);
  grid(parts);
  longJob(parts);
  refusals(parts);
  operatorConsole(parts);
  tenants(parts);
  accessible(parts);
});
