import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { unstable_getVarsForDev } from 'wrangler';
import { formatDevVars } from '../../../infra/local/dev-vars.ts';

it('writes values that wrangler reads back as they were', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'galip-vars-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const variables = {
    PLAIN: 'dev:abc',
    EMPTY: '',
    JSON: '{"licence":"a \\"b\\" c"}',
    HASH: 'before # after',
    SPACES: '  a  ',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what wrangler would expand
    DOLLAR: 'a$HOME ${HOME} $$ \\$',
    APOSTROPHE: "it's",
    BACKTICK: 'a`b',
    BACKSLASH: 'a\\nb',
    EQUALS: 'a=b==',
  };
  const file = join(dir, 'dev.vars');
  await writeFile(file, formatDevVars(variables));
  const read = unstable_getVarsForDev(join(dir, 'wrangler.toml'), [file], {}, undefined, true);
  expect(Object.fromEntries(Object.entries(read).map(([name, { value }]) => [name, value]))).toEqual(
    variables,
  );
});

it.each([
  ['a line break', 'a\nb'],
  ['both kinds of quotes', "a'b`c"],
])('refuses %s, naming the variable and not the value', (_, value) => {
  expect(() => formatDevVars({ S3_SECRET_ACCESS_KEY: value })).toThrow(
    /^S3_SECRET_ACCESS_KEY holds a line break, or both ' and `/u,
  );
});
