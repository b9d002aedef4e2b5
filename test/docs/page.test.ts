import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, isTooWide } from '../fixtures/axe.ts';
import { CHROMIUM, openPage, startBrowser } from '../fixtures/browser.ts';
import { startWorkerHarness, type WorkerHarness } from '../fixtures/worker-harness.ts';

const why = CHROMIUM === undefined ? ' (skipped: no Chromium, as Debian’s package chromium has it)' : '';

describe.skipIf(CHROMIUM === undefined)(`/docs, in Chromium${why}`, () => {
  let worker: WorkerHarness;
  let browser: Browser;
  beforeAll(async () => {
    [worker, browser] = await Promise.all([startWorkerHarness(), startBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await worker?.[Symbol.asyncDispose]();
  });

  const open = async (options: Parameters<typeof openPage>[2], place = '/docs') => {
    const opened = await openPage(browser, worker.url, options);
    await opened.page.goto(worker.url + place);
    return opened;
  };

  it.each([
    ['desktop', 'light', { viewport: { width: 1280, height: 900 } }],
    ['desktop', 'dark', { viewport: { width: 1280, height: 900 } }],
    ['phone', 'light', { viewport: { width: 360, height: 740 }, isMobile: true }],
    ['phone', 'dark', { viewport: { width: 360, height: 740 }, isMobile: true }],
  ] as const)(
    'axe finds nothing on a %s in %s colours, nor does the console',
    async (_, colorScheme, screen) => {
      const { page, problems } = await open({ ...screen, colorScheme });
      // What is folded is read too.
      await page.evaluate('for (const fold of document.querySelectorAll("details")) fold.open = true');
      expect(await axeFindings(page)).toEqual([]);
      expect(await isTooWide(page)).toBe(false);
      expect(problems).toEqual([]);
      await page.context().close();
    },
  );

  it('shows an example at a time, changed by the keyboard', async () => {
    const { page, problems } = await open({});
    const article = page.locator('#createImages');
    const shown = article.locator('.samples pre:visible');
    expect(await shown.count()).toBe(1);
    expect(await shown.innerText()).toContain('curl -sS');
    await article.getByRole('radio', { name: 'curl' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await shown.count()).toBe(1);
    expect(await shown.innerText()).toContain("from 'galip'");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('leads from the list to an endpoint, and from there to a schema', async () => {
    const { page } = await open({});
    await page.getByRole('navigation').getByRole('link', { name: 'A job as it stands' }).click();
    expect(new URL(page.url()).hash).toBe('#getJob');
    await page.locator('#getJob').getByRole('link', { name: 'Job', exact: true }).click();
    expect(new URL(page.url()).hash).toBe('#schema-Job');
    expect(
      await page.locator('#schema-Job').evaluate((element) => element.getBoundingClientRect().top),
    ).toBeLessThan(100);
    await page.context().close();
  });
});
