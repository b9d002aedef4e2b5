import type { Browser, BrowserContextOptions } from 'playwright-core';
import { openPage, type WatchedPage } from '../../fixtures/browser.ts';
import type { DevStack } from '../../fixtures/dev-stack.ts';

export interface PageParts {
  readonly stack: DevStack;
  readonly browser: Browser;
}

export interface OpenOptions extends BrowserContextOptions {
  /** By default that of `npm start`. */
  readonly apiKey?: string;
  /** As `/grid?prompt=a+fox`. */
  readonly place?: string;
  readonly expectedStatuses?: readonly number[];
}

/** Opens the page by an address with a key, as `npm start` prints it. */
export async function openWithKey(
  { stack, browser }: PageParts,
  { apiKey = stack.apiKey, place = '', ...options }: OpenOptions = {},
): Promise<WatchedPage> {
  const watched = await openPage(browser, stack.url, options);
  await watched.page.goto(`${stack.url}/#key=${apiKey}${place === '' ? '' : `&${place}`}`);
  return watched;
}
