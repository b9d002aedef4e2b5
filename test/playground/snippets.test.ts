import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curlOf, imgOf } from '../../edge/playground/state/snippets.ts';

describe('the curl text', () => {
  it('gives curl the very body, whatever the prompt holds', async () => {
    const prompt = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .map((text) => text.toWellFormed().replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(prompt, async (text) => {
        const body = { prompt: text };
        // In curl's place: prints its last argument.
        const script = `curl() { for last; do :; done; printf %s "$last"; }\n${curlOf('http://x', '/y', body)}`;
        const { stdout } = await promisify(execFile)('sh', ['-c', script]);
        expect(JSON.parse(stdout)).toEqual(body);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the <img> text', () => {
  it('keeps the prompt within its attribute', () => {
    expect(imgOf('https://x/i/1.png', '"><script>&', 64)).toBe(
      '<img src="https://x/i/1.png" alt="&quot;>&lt;script>&amp;" width="64" height="64">',
    );
  });
});
