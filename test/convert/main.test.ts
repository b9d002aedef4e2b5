import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelDigestOf, modelFilesOf, modelManifestSchema } from '../../gpu-backend/contract/model-card.ts';
import { hashFile } from '../../gpu-backend/convert/hash-file.ts';
import { safetensors } from '../fixtures/checkpoints/safetensors-writer.ts';
import { float32Tensor, readTensors } from '../fixtures/checkpoints/stored-tensors.ts';
import { safetensorsFile, torchFile } from '../fixtures/checkpoints/tensor-files.ts';
import { DEFAULT_CHECKPOINT } from '../fixtures/default-checkpoint.ts';
import { EMOJI_CHECKPOINT } from '../fixtures/emoji-checkpoint.ts';
import { EMOJI_MODEL } from '../fixtures/emoji-model.ts';
import { JUDGE_CHECKPOINT } from '../fixtures/golden-judge.ts';

const CLIP_MERGES = fileURLToPath(
  new URL('../../../shared/golden/clip/bpe_simple_vocab_16e6.txt.gz', import.meta.url),
);
/** Of the default model, which comes with the source. */
const MAX_MODEL_BYTES = 64e6;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = fileURLToPath(new URL('../../gpu-backend/convert/main.ts', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'galip-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Result {
  /** Exit status. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function resultOf(child: ChildProcess): Promise<Result> {
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number]>,
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
  ]);
  return { code, stdout, stderr };
}

const run = (...args: string[]): Promise<Result> => resultOf(start(...args));

function emojiArgs(changes: Partial<Record<keyof typeof EMOJI_CHECKPOINT, string>> = {}): string[] {
  const { generator, clip, tokenizer } = { ...EMOJI_CHECKPOINT, ...changes };
  const files = ['--generator', generator, '--clip', clip, '--tokenizer', tokenizer];
  return [...files, '--out', join(folder, 'model'), '--image-mean', '.5,.5,.5', '--image-std', '.5,.5,.5'];
}

describe('npm run convert', () => {
  it('makes the default model as it is committed', async () => {
    const { code, stdout, stderr } = await run(
      ...emojiArgs(DEFAULT_CHECKPOINT),
      ...['--judge', JUDGE_CHECKPOINT],
      ...['--id', 'emoji-64', '--notices', join(EMOJI_MODEL, 'LICENCES.md')],
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/model: generator\.onnx [\d.]+ MB, .*; digest [0-9a-f]{64}; [\d.]+ s\n$/u);

    const read = (directory: string): unknown =>
      JSON.parse(readFileSync(join(directory, 'model.json'), 'utf8'));
    const manifest = modelManifestSchema.parse(read(join(folder, 'model')));
    const committed = modelManifestSchema.parse(read(EMOJI_MODEL));
    expect(manifest).toEqual({ ...committed, licence: 'unknown', commercialUse: false });
    for (const [name, { sha256 }] of modelFilesOf(manifest)) {
      expect(await hashFile(join(folder, 'model', name), new AbortController().signal)).toBe(sha256);
    }
    expect(await modelDigestOf(manifest)).toBe(manifest.digest);
    const sizes = readdirSync(join(folder, 'model')).map(
      (name) => statSync(join(folder, 'model', name)).size,
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_MODEL_BYTES);
    expect(readdirSync(join(folder, 'model')).sort()).toEqual(
      ['LICENCES.md', 'model.json', ...modelFilesOf(manifest).keys()].sort(),
    );
  });

  it('makes another model of the same checkpoint with passes, and says which', async () => {
    expect((await run(...emojiArgs(DEFAULT_CHECKPOINT), '--passes', 'stack,sub-pixel')).code).toBe(0);
    const manifest = modelManifestSchema.parse(
      JSON.parse(readFileSync(join(folder, 'model', 'model.json'), 'utf8')),
    );
    const committed = modelManifestSchema.parse(
      JSON.parse(readFileSync(join(EMOJI_MODEL, 'model.json'), 'utf8')),
    );
    expect(manifest.provenance.passes).toEqual(['sub-pixel', 'stack']);
    expect(manifest.digest).not.toBe(committed.digest);
    expect(manifest.files['text-encoder.onnx']).toEqual(committed.files['text-encoder.onnx']);
  });

  it('finds files beside the user, not beside npm, which changes into the project', async () => {
    for (const [name, file] of Object.entries(EMOJI_CHECKPOINT)) symlinkSync(file, join(folder, name));
    const files = Object.keys(EMOJI_CHECKPOINT).flatMap((name) => [`--${name}`, name]);
    const args = ['--prefix', ROOT, 'run', '--silent', 'convert', '--', ...files, '--out', 'made/here'];
    const { code, stderr } = await resultOf(
      spawn('npm', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(existsSync(join(folder, 'made/here/model.json'))).toBe(true);
  });

  it('helps', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--generator FILE');
  });

  it('refuses a wrong option in one line', async () => {
    const { code, stderr } = await run(...emojiArgs(), '--precision', 'int4');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^--precision is "int4".*\n$/u);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses to write over a directory, and replaces it with --force', async () => {
    expect((await run(...emojiArgs())).code).toBe(0);
    const again = await run(...emojiArgs());
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/^--out .*model exists and holds .*--force\n$/u);
    expect((await run(...emojiArgs(), '--force', '--id', 'other')).code).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'model', 'model.json'), 'utf8'))).toMatchObject({
      id: 'other',
    });
    expect(readdirSync(folder)).toEqual(['model']);
  });

  it.each<[string, (file: string) => Partial<typeof EMOJI_CHECKPOINT>, RegExp]>([
    ['is not there', (file) => ({ generator: `${file}.none` }), /ENOENT|does not exist|no such file/iu],
    ['is no checkpoint', (file) => ({ generator: stored(file, Buffer.from('hello, world')) }), /damaged/u],
    [
      'is cut short',
      (file) => ({ clip: stored(file, readFileSync(EMOJI_CHECKPOINT.clip).subarray(0, 9_999)) }),
      /damaged/u,
    ],
    ['is of another kind', () => ({ generator: EMOJI_CHECKPOINT.clip }), /there is no generator in it/u],
    [
      'has a weight that is no number',
      (file) => ({ generator: stored(file, poisoned(Number.NaN)) }),
      /to_rgb\.1\.bias holds NaN/u,
    ],
    [
      'is no tokenizer',
      (file) => ({ tokenizer: stored(file, Buffer.from('{"model":{}}')) }),
      /not a tokenizer/u,
    ],
    [
      'is the tokenizer of another model',
      () => ({ tokenizer: CLIP_MERGES }),
      /\.txt\.gz: \d+ merges give \d+ tokens; the model in .*clip\.pth has 1690$/mu,
    ],
  ])('refuses in one line a file that %s, and leaves nothing behind', async (_, changes, reason) => {
    const file = join(tmpdir(), `galip-cli-damaged-${process.pid}`);
    try {
      const { code, stdout, stderr } = await run(...emojiArgs(changes(file)));
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^[^\n]+\n$/u);
      expect(stderr).toMatch(reason);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(file, { force: true });
    }
  });

  it('names the tensor that float16 cannot hold', async () => {
    const generator = stored(join(folder, 'large.pth'), poisoned(70_000));
    const { code, stderr } = await run(...emojiArgs({ generator }), '--precision', 'fp16');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^tensor to_rgb\.1\.bias holds 70000 at element 1, beyond float16's ±65504.*\n$/u);
    expect(readdirSync(folder)).toEqual(['large.pth']);
  });

  it('refuses a graph that one ONNX file cannot hold, before it writes', async () => {
    const clip = hugeClip(join(folder, 'huge.safetensors'));
    const tokenizer = hugeTokenizer(join(folder, 'tokenizer.json'));
    const { code, stderr } = await run(...emojiArgs({ clip, tokenizer }));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^text-encoder\.onnx: would have 22\d{8} bytes; one ONNX file holds at most 2147483647.*\n$/u,
    );
    expect(readdirSync(folder)).toEqual(['huge.safetensors', 'tokenizer.json']);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('cleans up after %s', async (signal) => {
    const watcher = watch(folder);
    const started = once(watcher, 'change');
    const child = start(...emojiArgs());
    const result = resultOf(child);
    await started;
    watcher.close();
    child.kill(signal);
    const { code, stderr } = await result;
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'interrupted: nothing was left behind\n' });
    expect(readdirSync(folder)).toEqual([]);
  });
});

function stored(path: string, content: Buffer): string {
  writeFileSync(path, content);
  return path;
}

/** The generator with a value that does not belong into it. */
function poisoned(value: number): Buffer {
  const tensors = new Map(readTensors(EMOJI_CHECKPOINT.generator, 'model/netG/'));
  return torchFile(tensors.set('to_rgb.1.bias', float32Tensor([3], Float32Array.of(0, value, 0))));
}

const HUGE_VOCABULARY = 4_300_000;

/** The default model's tokenizer, its start and end token at the end of that vocabulary. */
function hugeTokenizer(path: string): string {
  const json = readFileSync(EMOJI_CHECKPOINT.tokenizer, 'utf8');
  const moved = json.replace(/\b(1688|1689)\b/gu, (id) => String(HUGE_VOCABULARY - 1_690 + Number(id)));
  return stored(path, Buffer.from(moved));
}

/** A CLIP whose vocabulary takes 1.1 GB in float16, of which the disk holds nothing but a hole, and 2.2 GB in float32. */
function hugeClip(path: string): string {
  const name = 'token_embedding.weight';
  const others = new Map(readTensors(EMOJI_CHECKPOINT.clip));
  others.delete(name);
  const file = safetensorsFile(others);
  const headerBytes = Number(file.readBigUInt64LE());
  const data = file.subarray(8 + headerBytes);
  const end = data.length + HUGE_VOCABULARY * 128 * 2;
  const embedding = { dtype: 'F16', shape: [HUGE_VOCABULARY, 128], data_offsets: [data.length, end] };
  const header = { ...JSON.parse(file.toString('utf8', 8, 8 + headerBytes)), [name]: embedding };
  const small = safetensors(header, data);
  writeFileSync(path, small);
  truncateSync(path, small.length - data.length + end);
  return path;
}
