import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createReceiptSigner,
  type Receipt,
  type ReceiptCharge,
  type ReceiptSigner,
  receiptSigningKeySchema,
} from '../../../gpu-backend/contract/receipt.ts';

const AUDIT = fileURLToPath(new URL('../../../infra/audit/main.ts', import.meta.url));

const CHARGE: ReceiptCharge = {
  chargeId: '0'.repeat(32),
  tenant: 'acme',
  keyId: 'key-a',
  model: 'emoji-v0',
  fingerprint: 'f'.repeat(64),
  outcome: 'generated',
  units: 3,
  day: '2026-11-23',
  settledAt: 1_795_392_000_000,
};

function newSigner(): ReceiptSigner {
  const { privateKey } = generateKeyPairSync('ed25519');
  return createReceiptSigner(receiptSigningKeySchema.parse(privateKey.export({ format: 'jwk' })));
}

let folder: string;
const signer = newSigner();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-'));
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [signer.publicKey] }));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the command on a file of these lines. */
async function audit(lines: readonly (Receipt | string)[]) {
  const path = join(folder, 'receipts.jsonl');
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  await writeFile(path, text);
  return run([path, '--keys', join(folder, 'keys.json')]);
}

function run(args: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [AUDIT, ...args], (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('npm run audit', () => {
  it('adds up receipts by day, key and outcome, each charge once', async () => {
    const first = await signer.sign(CHARGE);
    const second = await signer.sign({ ...CHARGE, chargeId: '1'.repeat(32), units: 2 });
    const hit = await signer.sign({ ...CHARGE, chargeId: '2'.repeat(32), outcome: 'cache_hit', units: 0 });
    const { code, stdout, stderr } = await audit([second, hit, '', first, first]);
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([
      'day\tkey\toutcome\tpictures\tunits',
      '2026-11-23\tkey-a\tcache_hit\t1\t0',
      '2026-11-23\tkey-a\tgenerated\t2\t5',
      '5 units for 3 pictures',
    ]);
    expect(code).toBe(0);
  });

  it.each(Object.keys(CHARGE))('does not count a receipt whose %s was changed', async (field) => {
    const receipt = await signer.sign(CHARGE);
    const value = receipt[field as keyof ReceiptCharge];
    const other = typeof value === 'number' ? value + 1 : field === 'day' ? '2026-11-24' : `${value}x`;
    const { code, stdout, stderr } = await audit([{ ...receipt, [field]: other }]);
    expect(stderr).toMatch(/^line 1: .*the signature does not hold/u);
    expect(stdout).toContain('0 units for 0 pictures');
    expect(code).toBe(1);
  });

  it('does not count a receipt that another key signed', async () => {
    const { code, stderr } = await audit([await newSigner().sign(CHARGE)]);
    expect(stderr).toContain('the signature does not hold');
    expect(code).toBe(1);
  });

  it('tells two different receipts of one charge', async () => {
    const { code, stdout, stderr } = await audit([
      await signer.sign(CHARGE),
      await signer.sign({ ...CHARGE, units: 4 }),
    ]);
    expect(stderr).toContain('differs from its receipt in line 1');
    expect(stdout).toContain('3 units for 1 pictures');
    expect(code).toBe(1);
  });

  it.each([
    ['no JSON', '{'],
    ['no receipt', '{"units": 1}'],
  ])('refuses a file that has %s in a line', async (_, line) => {
    const { code, stderr } = await audit([await signer.sign(CHARGE), line]);
    expect(stderr).toMatch(/receipts\.jsonl:2: no receipt/u);
    expect(stderr).not.toMatch(/^\s+at /mu);
    expect(code).toBe(2);
  });

  it.each([[[]], [['one.jsonl']], [['one.jsonl', '--other']], [['missing.jsonl', '--keys', 'missing.json']]])(
    'says what is wrong with the arguments %j',
    async (args) => {
      const { code, stderr } = await run(args);
      expect(stderr).toMatch(/usage: npm run audit|no set of public keys/u);
      expect(code).toBe(2);
    },
  );
});
