import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CLIENT = fileURLToPath(new URL('../../edge/client/', import.meta.url));

/** Packs `galip` as npm would get it, and installs it into `folder`, without a network. */
export async function installPackage(folder: string): Promise<void> {
  const run = promisify(execFile);
  const packed = await mkdtemp(join(tmpdir(), 'galip-pack-'));
  try {
    await run('npm', ['pack', '--pack-destination', packed], { cwd: CLIENT });
    const [tarball = ''] = await readdir(packed);
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    const flags = ['--offline', '--no-audit', '--no-fund', '--no-save'];
    await run('npm', ['install', ...flags, join(packed, tarball)], { cwd: folder });
  } finally {
    await rm(packed, { recursive: true, force: true });
  }
}
