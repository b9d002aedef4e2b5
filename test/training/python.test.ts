import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Debian's; another python3 may come first on the path. */
const PYTHON = '/usr/bin/python3';
const NEEDED = ['torch', 'torchvision', 'numpy', 'PIL', 'pytest', 'tqdm'];
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Two gloo processes and the tiny recipe are most of it; a busy machine takes several times the usual two minutes. */
const LIMIT_MS = 20 * 60_000;

/** Why they cannot run here; undefined where they can. */
function whyNot(): string | undefined {
  const { error, status, stderr } = spawnSync(PYTHON, ['-c', `import ${NEEDED.join(', ')}`], { encoding: 'utf8' });
  if (error) return `${PYTHON} cannot be run (${error.message})`;
  return status === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? 'it failed');
}

const reason = whyNot();
if (reason !== undefined) {
  console.warn(
    `SKIPPED: the training's tests (test/training). They need Debian's python3-torch, python3-torchvision, python3-numpy, ` +
      `python3-pil, python3-pytest and python3-tqdm: ${reason}`,
  );
}

describe('the training in Python', () => {
  it.skipIf(reason !== undefined)(
    'passes its own tests',
    async () => {
      const { code, output } = await run(['-m', 'pytest', '-q', '--no-header', 'test/training']);
      expect(code, output).toBe(0);
      expect(output).toMatch(/\d+ passed/u);
    },
    LIMIT_MS,
  );
});

function run(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(PYTHON, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
