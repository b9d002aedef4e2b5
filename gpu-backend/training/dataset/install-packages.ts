import { spawn } from 'node:child_process';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILES = ['package.json', 'package-lock.json'] as const;

/**
 * Installs the pinned packages of `packages/package-lock.json` (npm checks their integrity) outside of the project's
 * own dependencies; returns at once where that has been done.
 *
 * @param lock directory of the `package.json` and lock file to install.
 * @param place directory to install to.
 * @returns the directory that holds the packages.
 * @throws Error when npm fails; its output says why.
 */
export async function installPackages(lock: string, place: string): Promise<string> {
  const packages = join(place, 'node_modules');
  if (await isInstalled(lock, place)) return packages;
  await mkdir(place, { recursive: true });
  for (const file of FILES) await copyFile(join(lock, file), join(place, file));
  await run('npm', [
    'ci',
    '--prefix',
    place,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  // Written last: its presence tells that the installation is whole.
  await copyFile(join(lock, 'package-lock.json'), join(packages, INSTALLED));
  return packages;
}

/** Copy of the lock file that `node_modules` was made from. */
const INSTALLED = '.installed-lock.json';

async function isInstalled(lock: string, place: string): Promise<boolean> {
  const wanted = await readFile(join(lock, 'package-lock.json'), 'utf8');
  try {
    return (await readFile(join(place, 'node_modules', INSTALLED), 'utf8')) === wanted;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args[0]} failed with status ${code}`)),
    );
  });
}
