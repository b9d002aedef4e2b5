import { describe, expect, it, vi } from 'vitest';
import type { ImageMaker } from '../../edge/generation/make-images.ts';
import { PartlyMade } from '../../edge/generation/partly-made.ts';
import type { Job } from '../../edge/jobs/job.ts';
import { createRunJob } from '../../edge/jobs/run-job.ts';
import { type KeyRecord, NO_LIMITS } from '../../edge/keys/key-record.ts';
import type { KeyHolder } from '../../edge/keys/key-store.ts';
import { NO_TENANT_LIMITS } from '../../edge/keys/tenant.ts';
import type { SettledCharge } from '../../edge/ledger/ledger.ts';
import { ApiError, type ErrorCode } from '../../gpu-backend/contract/errors.ts';
import { IMAGES, ORDER } from './job-world.ts';

const NOW_MS = 1_000_000;
const KEY: KeyRecord = {
  id: 'key',
  hash: '0'.repeat(64),
  previous: null,
  tenant: 'tenant',
  name: 'a test',
  kind: 'test',
  scopes: ['generate'],
  limits: NO_LIMITS,
  shard: 0,
  createdAt: 0,
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
};
const HOLDER: KeyHolder = {
  key: KEY,
  tenant: {
    id: 'tenant',
    name: 'a tenant',
    plan: 'prepaid',
    status: 'active',
    limits: NO_TENANT_LIMITS,
    shards: 0,
    operator: false,
    createdAt: 0,
  },
};
const JOB: Job = {
  ...ORDER,
  status: 'running',
  version: 2,
  attempts: 1,
  createdAt: 0,
  startedAt: 0,
  finishedAt: null,
  nextAttemptAt: null,
  unsettled: false,
  result: null,
  progress: null,
  error: null,
};

const CHARGE: SettledCharge = {
  chargeId: 'charge',
  tenant: 'tenant',
  keyId: 'key',
  model: 'test',
  fingerprint: '0'.repeat(64),
  outcome: 'generated',
  units: 3,
  day: '2026-11-23',
  settledAt: NOW_MS,
};

async function runWith(holder: KeyHolder | undefined, job: Partial<Job> = {}, failure?: Error) {
  const make = vi.fn<ImageMaker['make']>(async () => {
    if (failure) throw failure;
    return { images: IMAGES, files: [], allowance: { remaining: null, rate: null } };
  });
  const compositions = { make: vi.fn() };
  const run = createRunJob({
    keys: { find: async () => holder },
    maker: { make },
    compositions,
    now: () => NOW_MS,
  });
  const outcome = await run({ ...JOB, ...job }, () => undefined).catch((error: ApiError) => error);
  return { outcome, make };
}

describe('a try of a job', () => {
  it('makes its pictures as the holder of its key, under its own request key', async () => {
    const { outcome, make } = await runWith(HOLDER);
    expect(outcome).toBe(IMAGES);
    expect(make).toHaveBeenCalledExactlyOnceWith(
      ORDER.request,
      expect.objectContaining({
        principal: KEY,
        tenant: HOLDER.tenant,
        requestKey: ORDER.requestKey,
        origin: ORDER.origin,
        deadline: NOW_MS + 60_000,
      }),
    );
  });

  it('ends with the job’s deadline', async () => {
    const { make } = await runWith(HOLDER, { deadline: NOW_MS + 5 });
    expect(make.mock.calls[0]?.[1].deadline).toBe(NOW_MS + 5);
  });

  it.each<[string, KeyHolder | undefined, string]>([
    ['unknown', undefined, 'invalid_api_key'],
    ['revoked', { ...HOLDER, key: { ...KEY, revokedAt: 1 } }, 'invalid_api_key'],
    ['expired', { ...HOLDER, key: { ...KEY, expiresAt: NOW_MS / 1000 } }, 'invalid_api_key'],
    [
      'of a suspended tenant',
      { ...HOLDER, tenant: { ...HOLDER.tenant, status: 'suspended' } },
      'tenant_suspended',
    ],
  ])('makes nothing when its key is %s', async (_, holder, code) => {
    const { outcome, make } = await runWith(holder);
    expect(outcome).toMatchObject({ code });
    expect(make).not.toHaveBeenCalled();
  });

  it.each<[string, KeyHolder]>([
    ['revoked', { ...HOLDER, key: { ...KEY, revokedAt: 1 } }],
    ['of a suspended tenant', { ...HOLDER, tenant: { ...HOLDER.tenant, status: 'suspended' } }],
  ])(
    'finds out what an earlier try was charged for, and makes nothing new, when its key is %s',
    async (_, holder) => {
      const { outcome, make } = await runWith(holder, { unsettled: true, attempts: 2 });
      expect(outcome).toBe(IMAGES);
      expect(make.mock.calls[0]?.[1]).toMatchObject({
        deadline: NOW_MS,
        answerBy: NOW_MS + 20_000,
        isRetry: true,
      });
    },
  );

  it('ends with the end of its key once it is known that nothing was charged', async () => {
    const revoked = { ...HOLDER, key: { ...KEY, revokedAt: 1 } };
    const codeAfter = async (code: ErrorCode) =>
      (await runWith(revoked, { unsettled: true }, new ApiError(code))).outcome;
    expect(await codeAfter('deadline_exceeded')).toMatchObject({ code: 'invalid_api_key' });
    expect(await codeAfter('insufficient_credits')).toMatchObject({ code: 'invalid_api_key' });
    expect(await codeAfter('ledger_unavailable')).toMatchObject({ code: 'ledger_unavailable' });
    expect(await codeAfter('storage_unavailable')).toMatchObject({ code: 'storage_unavailable' });
  });

  it('ends with the end of its key, and says what was charged', async () => {
    const revoked = { ...HOLDER, key: { ...KEY, revokedAt: 1 } };
    const charges = [CHARGE, { ...CHARGE, outcome: 'failed' as const, units: 0 }];
    const made = new PartlyMade(
      new ApiError('deadline_exceeded'),
      { charges, allowance: { remaining: null, rate: null } },
      2,
    );
    const { outcome } = await runWith(revoked, { unsettled: true }, made);
    expect(outcome).toMatchObject({
      code: 'invalid_api_key',
      message: expect.stringContaining('1 of 2 files were made and charged (3 units)'),
    });
  });

  it('holds with a key that expires later', async () => {
    const { outcome } = await runWith({ ...HOLDER, key: { ...KEY, expiresAt: NOW_MS / 1000 + 1 } });
    expect(outcome).toBe(IMAGES);
  });

  it('says so when the model was exchanged, and passes on what else goes wrong', async () => {
    const reused = await runWith(HOLDER, {}, new ApiError('idempotency_key_reused'));
    expect(reused.outcome).toMatchObject({ code: 'conflict', message: expect.stringContaining('model') });
    const other = await runWith(HOLDER, {}, new ApiError('backend_unavailable'));
    expect(other.outcome).toMatchObject({ code: 'backend_unavailable' });
  });
});
