import { describe, expect, it } from 'vitest';
import {
  createIdempotencyRecord,
  KEPT_MS,
  RUNNING_MS,
  type StoredAnswer,
} from '../../edge/idempotency/idempotency-record.ts';
import { createNodeSql } from '../fakes/node-sql.ts';

const ANSWER: StoredAnswer = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: '{"a":1}',
};

function createRecord() {
  const sql = createNodeSql();
  let nowMs = 1_000;
  let ids = 0;
  const open = () => createIdempotencyRecord({ sql, now: () => nowMs, newId: () => `id-${++ids}` });
  return { record: open(), open, advance: (ms: number) => (nowMs += ms) };
}

describe('a record of an Idempotency-Key', () => {
  it('begins once, and gives the answer from then on', () => {
    const { record, open } = createRecord();
    expect(record.begin('a')).toEqual({ state: 'begun', attempt: 1, requestKey: 'id-1' });
    expect(record.begin('a')).toEqual({ state: 'running', retryAfterS: 1 });
    record.finish(1, ANSWER);
    expect(open().begin('a')).toEqual({ state: 'answered', answer: ANSWER });
  });

  it('refuses another request, running or answered', () => {
    const { record } = createRecord();
    record.begin('a');
    expect(record.begin('b')).toEqual({ state: 'reused' });
    record.finish(1, ANSWER);
    expect(record.begin('b')).toEqual({ state: 'reused' });
  });

  it('tries again after an error that passes, with the same charges', () => {
    const { record } = createRecord();
    record.begin('a');
    record.finish(1, undefined);
    expect(record.begin('b')).toEqual({ state: 'reused' });
    expect(record.begin('a')).toEqual({ state: 'begun', attempt: 2, requestKey: 'id-1' });
  });

  it('takes over from a request that died, with the same charges, and hears no more of it', () => {
    const { record, open, advance } = createRecord();
    record.begin('a');
    advance(RUNNING_MS - 1);
    expect(open().begin('a').state).toBe('running');
    advance(1);
    expect(open().begin('a')).toEqual({ state: 'begun', attempt: 2, requestKey: 'id-1' });
    record.finish(1, ANSWER);
    expect(open().begin('a').state).toBe('running');
    record.finish(2, undefined);
    record.finish(2, ANSWER);
    expect(open().begin('a')).toEqual({ state: 'answered', answer: ANSWER });
  });

  it('is forgotten after a day: then the same key is a new request with charges of its own', () => {
    const { record, advance } = createRecord();
    expect(record.expiresAt()).toBeUndefined();
    record.begin('a');
    record.finish(1, ANSWER);
    expect(record.expiresAt()).toBe(1_000 + KEPT_MS);
    advance(KEPT_MS - 1);
    expect(record.begin('a').state).toBe('answered');
    advance(1);
    expect(record.begin('b')).toEqual({ state: 'begun', attempt: 1, requestKey: 'id-2' });
    expect(record.expiresAt()).toBe(1_000 + 2 * KEPT_MS);
  });

  it('keeps answers larger than a row', () => {
    const { record } = createRecord();
    const body = 'x'.repeat(3_000_000);
    record.begin('a');
    record.finish(1, { ...ANSWER, body });
    expect(record.begin('a')).toEqual({ state: 'answered', answer: { ...ANSWER, body } });
  });
});
