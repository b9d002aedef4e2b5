// Builds the page into .cache/playground, which wrangler.toml serves: run by wrangler before `dev` and `deploy`, and by the
// tests. Plain JavaScript: it must run on the machine's own Node, whatever starts wrangler.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = new URL('./', import.meta.url);
const root = fileURLToPath(new URL('../../', here));
const target = join(root, '.cache/playground');

/** Packages of which something is in the page, and where the licence of each is: its own file, or that of its repository. */
const LICENCES = [
  ['preact', 'node_modules/preact/LICENSE'],
  ['thumbhash', 'edge/playground/licences/thumbhash.txt'],
  ...['bricolage-grotesque', 'instrument-sans'].map((font) => {
    const name = `@fontsource-variable/${font}`;
    return [name, `node_modules/${name}/LICENSE`];
  }),
];

/**
 * Of every file, so that none is a page of its own, or a part of others'; the document has the Worker's (page-headers.ts)
 * in their place. What is under `assets/` is named by its content; the rest is asked for again by its ETag, which is what
 * the platform says unless told otherwise.
 */
const HEADERS = `/*
  Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; sandbox
  Cross-Origin-Resource-Policy: same-origin
  Referrer-Policy: no-referrer
  Strict-Transport-Security: max-age=63072000
  X-Content-Type-Options: nosniff
/assets/*
  Cache-Control: public, max-age=31536000, immutable
`;

/** Writes what differs and removes what is not of this build: several may run at once, and servers watch the folder. */
export async function buildPlayground() {
  const files = await filesOfPage();
  for (const [name, contents] of files) {
    const path = join(target, name);
    const present = await readFile(path).catch(() => undefined);
    if (present?.equals(contents)) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
  const present = await readdir(target, { recursive: true, withFileTypes: true });
  for (const entry of present) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !files.has(path.slice(target.length + 1))) await rm(path, { force: true });
  }
}

/** Contents by path. */
async function filesOfPage() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['edge/playground/main.tsx', 'edge/playground/styles/main.css'],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.woff2': 'file' },
    outdir: join(target, 'assets'),
    publicPath: '/assets',
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    write: false,
    logLevel: 'warning',
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [path.slice(target.length + 1), contents]));
  const nameOf = (pattern) => [...files.keys()].find((name) => pattern.test(name)) ?? '';
  const html = await readFile(new URL('index.html', here), 'utf8');
  const page = html
    .replace('main.css', `/${nameOf(/^assets\/main-\w+\.css$/u)}`)
    .replace('main.js', `/${nameOf(/^assets\/main-\w+\.js$/u)}`);
  const licences = await Promise.all(
    LICENCES.map(async ([name, path]) => `${name}\n\n${await readFile(join(root, path), 'utf8')}`),
  );
  return files
    .set('index.html', Buffer.from(page))
    .set('favicon.svg', await readFile(new URL('favicon.svg', here)))
    .set('_headers', Buffer.from(HEADERS))
    .set('licences.txt', Buffer.from(licences.join('\n\n')));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPlayground();
