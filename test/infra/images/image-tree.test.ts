import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../infra/local/ports.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';
import { TEST_SIGNING_KEY } from '../../fixtures/signed-request.ts';
import { copyModel } from '../../gpu-backend/runtime/model-copy.ts';
import { buildImageTree, type ImageTree } from './image-tree.ts';

const { digest: MODEL_DIGEST } = JSON.parse(readFileSync(join(EMOJI_MODEL, 'model.json'), 'utf8'));
/** Root alone may start a process as somebody else; for others the tree is merely not theirs to write in the image. */
const isRoot = process.getuid?.() === 0;

describe('the CPU image, its stages run as folders', () => {
  let image: ImageTree;

  beforeAll(() => {
    image = buildImageTree('cpu', { MODEL_DIGEST });
  }, 240_000);
  afterAll(() => rmSync(join(image.root, '..'), { recursive: true, force: true }));

  it('starts as a user who may write nothing, gets ready, answers its health check and ends on SIGTERM', async () => {
    const [uid = 0, gid = 0] = image.user.split(':').map(Number);
    const before = listing(image.root);
    const port = await freePort();
    const env = {
      ...image.environment,
      HOST: '127.0.0.1',
      PORT: String(port),
      // In the image the root is `/`.
      MODEL_DIR: join(image.root, image.environment.MODEL_DIR ?? ''),
      SIGNING_KEYS: `${TEST_SIGNING_KEY.id}:${TEST_SIGNING_KEY.secret}`,
      S3_ENDPOINT: 'http://127.0.0.1:9',
      S3_BUCKET: 'pictures',
      S3_ACCESS_KEY_ID: 'key',
      S3_SECRET_ACCESS_KEY: 'secret',
      INFERENCE_THREADS: '1',
    };
    const options = { cwd: join(image.root, image.workdir), env, ...(isRoot && { uid, gid }) };
    const node = join(image.root, 'usr/local/bin/node');
    const checkHealth = () => {
      try {
        execFileSync(node, ['infra/images/check-health.ts'], options);
        return 'healthy';
      } catch {
        return 'unhealthy';
      }
    };
    expect(checkHealth()).toBe('unhealthy');

    const child = spawn(node, ['gpu-backend/main.ts'], options);
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = once(child, 'close');
    let errors = '';
    child.stderr.on('data', (data: Buffer) => {
      errors += data;
    });
    for await (const line of createInterface({ input: child.stdout })) {
      if (JSON.parse(line).event === 'ready') break;
    }
    expect(errors).toBe('');
    if (isRoot) expect(statSync(`/proc/${child.pid}`).uid).toBe(65_532);
    expect(checkHealth()).toBe('healthy');
    const card = await (await fetch(`http://127.0.0.1:${port}/v1/models`)).json();
    expect(card).toMatchObject({ digest: MODEL_DIGEST });

    child.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
    expect(listing(image.root)).toEqual(before);
  });

  it('holds neither a second Node, nor development packages, nor libraries of other platforms', () => {
    const packages = readdirSync(join(image.root, 'app/node_modules'));
    const { devDependencies } = JSON.parse(
      readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
    );
    const unwanted = packages.filter((name) => name.startsWith('node-') || name in devDependencies);
    // A dependency of @hono/zod-openapi as well.
    expect(unwanted).toEqual(['yaml']);
    const libraries = join(image.root, 'app/node_modules/onnxruntime-node/bin/napi-v6');
    expect(readdirSync(libraries)).toEqual(['linux']);
    expect(readdirSync(join(libraries, 'linux'))).toEqual([process.arch]);
    expect(existsSync(join(image.root, 'app/gpu-backend/convert'))).toBe(false);
  });

  it('lists every package that it holds in its bill of materials', () => {
    const { packages } = JSON.parse(readFileSync(join(image.root, 'app/sbom.spdx.json'), 'utf8'));
    const listed = new Set(packages.map(({ name }: { name: string }) => name));
    const held = readdirSync(join(image.root, 'app/node_modules'))
      .filter((name) => !name.startsWith('.'))
      .flatMap((name) =>
        name.startsWith('@')
          ? readdirSync(join(image.root, 'app/node_modules', name)).map((part) => `${name}/${part}`)
          : [name],
      );
    expect(held.filter((name) => !listed.has(name))).toEqual([]);
    expect(held).toContain('onnxruntime-node');
  });
});

describe('the check of the model', () => {
  const check = (directory: string, digest: string) => {
    try {
      execFileSync(process.execPath, ['infra/images/check-model.ts', directory, digest], { stdio: 'pipe' });
      return '';
    } catch (error) {
      return String((error as { stderr: Buffer }).stderr).trim();
    }
  };

  it('lets the model of the digest pass', () => {
    expect(check(EMOJI_MODEL, MODEL_DIGEST)).toBe('');
  });

  it.each(['', 'a'.repeat(64)])('names the digest where %j was asked for', (digest) => {
    expect(check(EMOJI_MODEL, digest)).toContain(`MODEL_DIGEST is ${JSON.stringify(digest)}`);
    expect(check(EMOJI_MODEL, digest)).toContain(MODEL_DIGEST);
  });

  it('names a file that is not what model.json says', () => {
    const directory = copyModel();
    onTestFinished(() => rmSync(directory, { recursive: true }));
    writeFileSync(join(directory, 'generator.onnx'), 'something else');
    expect(check(directory, MODEL_DIGEST)).toMatch(
      /^generator\.onnx has SHA-256 [0-9a-f]{64}, model\.json says [0-9a-f]{64}$/u,
    );
  });
});

/** Every file of a folder with its size and when it was written. */
function listing(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const { size, mtimeMs } = statSync(path);
      return `${path} ${size} ${mtimeMs}`;
    })
    .sort();
}
