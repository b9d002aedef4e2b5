// Runs before `npm start`, `npm test` and others (package.json, pre…), on the machine's own Node and with nothing
// installed yet: brings node_modules to the state of the lockfile, and returns at once where it is there already.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** The packages as name@version, install-time fields left out, so that both lockfiles can be compared. */
function packages(lockfile) {
  const url = new URL(lockfile, root);
  if (!existsSync(url)) return undefined;
  const entries = Object.entries(JSON.parse(readFileSync(url, 'utf8')).packages);
  return new Map(entries.filter(([path]) => path !== '').map(([path, entry]) => [path, entry]));
}

/** True when everything that the lockfile asks for (optional packages of other platforms aside) is installed. */
function isInstalled() {
  const wanted = packages('package-lock.json');
  const present = packages('node_modules/.package-lock.json');
  if (!wanted || !present) return false;
  for (const [path, { version, optional }] of wanted) {
    const found = present.get(path);
    if (found ? found.version !== version : !optional) return false;
  }
  return true;
}

if (!isInstalled()) {
  console.log('Installing packages (npm ci) …');
  // npm's own path is known under `npm run`; a bare `npm` serves everyone else.
  const npm = process.env.npm_execpath;
  const [command, ...before] = npm ? [process.execPath, npm] : ['npm'];
  const { status } = spawnSync(command, [...before, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: !npm && process.platform === 'win32',
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  if (status !== 0) {
    console.error('npm ci failed: see its message above. Nothing was started.');
    process.exit(1);
  }
}

// The lockfile brings Node 24 where its packages exist (Linux, Windows); elsewhere it must be there.
const hasNode24 = ['node', 'node.cmd'].some((name) => existsSync(new URL(`node_modules/.bin/${name}`, root)));
if (!hasNode24 && Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`This is Node ${process.versions.node}: Node 24 or newer is needed here (see .nvmrc).`);
  process.exit(1);
}
