import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ImagesAnswer } from '../http.ts';
import { openWithKey, type PageParts } from './open-with-key.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A prompt that every shell and every language would like to misunderstand. */
const PROMPT = `it's a "red" apple & <more> $HOME \`id\``;

/** The text that the page puts on the clipboard, and the picture that it shows. */
async function copied(page: Page, name: string): Promise<{ text: string; url: string | null }> {
  await page.getByLabel('What do you want to see?').fill(PROMPT);
  await page.locator('.painted').getByText(PROMPT).waitFor();
  await page.getByRole('region', { name: 'As code' }).getByText(name, { exact: true }).click();
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await page.getByRole('button', { name: 'Copied', exact: true }).waitFor();
  return {
    text: String(await page.evaluate('navigator.clipboard.readText()')),
    url: await page.locator('.frame > img').getAttribute('data-url'),
  };
}

export function texts(parts: () => PageParts): void {
  describe('texts to copy', () => {
    it('has a curl line that runs as it is, and no key in it', async () => {
      const { apiKey } = parts().stack;
      const { page } = await openWithKey(parts(), { place: '/paint?seed=4&truncation=0.7' });
      const { text, url } = await copied(page, 'curl');
      expect(text).not.toContain(apiKey);
      const env = { ...process.env, GALIP_API_KEY: apiKey };
      const { stdout } = await run('sh', ['-c', text], { env });
      expect((JSON.parse(stdout) as ImagesAnswer).data).toMatchObject([{ url, seed: 4, cache: 'hit' }]);
      await page.context().close();
    });

    it('has a TypeScript module that is well typed and runs as it is', async () => {
      const { apiKey } = parts().stack;
      const { page } = await openWithKey(parts(), { place: '/paint?seed=4&truncation=0.7' });
      const { text, url } = await copied(page, 'TypeScript');
      expect(text).not.toContain(apiKey);
      const folder = await mkdtemp(join(tmpdir(), 'galip-text-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      const file = join(folder, 'picture.mts');
      await writeFile(file, text);
      const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
      const options = [
        '--ignoreConfig',
        '--noEmit',
        '--strict',
        '--target',
        'es2024',
        '--module',
        'nodenext',
        ...types,
      ];
      await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options, file]).catch(
        ({ stdout }: { stdout: string }) => expect.fail(stdout),
      );
      const { stdout } = await run(process.execPath, [file], {
        env: { ...process.env, GALIP_API_KEY: apiKey },
      });
      expect(stdout.trim()).toBe(url);
      await page.context().close();
    });

    it('has an <img> that shows the picture on any page, without a key', async () => {
      const { page } = await openWithKey(parts());
      const { text } = await copied(page, '<img>');
      const other = await page.context().newPage();
      await other.setContent(text);
      await other.getByAltText(PROMPT).waitFor();
      await expect.poll(() => other.evaluate('document.images[0].naturalWidth')).toBe(64);
      await page.context().close();
    });

    it('has the picture as a file', async () => {
      const { page } = await openWithKey(parts());
      await copied(page, 'curl');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download' }).click(),
      ]);
      expect(download.suggestedFilename()).toMatch(/^it-s-a-red-apple.*-0\.png$/u);
      await page.context().close();
    });
  });
}
