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
  return { record: open(), open, sql, advance: (ms: number) => (nowMs += ms) };
}

describe('a record of an Idempotency-Key', () => {
  it('begins once, and gives the answer from then on', () => {
    const { record, open } = createRecord();
    expect(record.begin('a', 'me')).toEqual({ state: 'begun', attempt: 1, requestKey: 'id-1' });
    expect(record.begin('a', 'other')).toEqual({ state: 'running', retryAfterS: 1 });
    record.finish('me', ANSWER);
    expect(open().begin('a', 'other')).toEqual({ state: 'answered', answer: ANSWER });
  });

  it('tells an owner that has not heard its answer the same again', () => {
    const { record, open } = createRecord();
    const begun = record.begin('a', 'me');
    expect(open().begin('a', 'me')).toEqual(begun);
    expect(record.begin('a', 'other').state).toBe('running');
    record.finish('me', undefined);
    const again = record.begin('a', 'other');
    expect(again).toEqual({ state: 'begun', attempt: 2, requestKey: 'id-1' });
    expect(open().begin('a', 'other')).toEqual(again);
  });

  it('begins nothing for an owner that has given up by the time that its question comes', () => {
    const { record } = createRecord();
    record.begin('a', 'me');
    record.finish('me', undefined);
    expect(record.begin('a', 'me')).toEqual({ state: 'running', retryAfterS: 1 });
    expect(record.begin('a', 'other').state).toBe('begun');
  });

  it('refuses another request, running or answered', () => {
    const { record } = createRecord();
    record.begin('a', 'me');
    expect(record.begin('b', 'other')).toEqual({ state: 'reused' });
    record.finish('me', ANSWER);
    expect(record.begin('b', 'other')).toEqual({ state: 'reused' });
  });

  it('tries again after an error that passes, with the same charges', () => {
    const { record } = createRecord();
    record.begin('a', 'me');
    record.finish('me', undefined);
    expect(record.begin('b', 'other')).toEqual({ state: 'reused' });
    expect(record.begin('a', 'other')).toEqual({ state: 'begun', attempt: 2, requestKey: 'id-1' });
  });

  it('takes over from a request that died, with the same charges, and hears no more of it', () => {
    const { record, open, advance } = createRecord();
    record.begin('a', 'dead');
    advance(RUNNING_MS - 1);
    expect(open().begin('a', 'me').state).toBe('running');
    advance(1);
    expect(open().begin('a', 'me')).toEqual({ state: 'begun', attempt: 2, requestKey: 'id-1' });
    record.finish('dead', ANSWER);
    expect(open().begin('a', 'other').state).toBe('running');
    record.finish('me', undefined);
    record.finish('me', ANSWER);
    expect(open().begin('a', 'other')).toEqual({ state: 'answered', answer: ANSWER });
  });

  it('is forgotten after a day: then the same key is a new request with charges of its own', () => {
    const { record, advance } = createRecord();
    expect(record.expiresAt()).toBeUndefined();
    record.begin('a', 'me');
    record.finish('me', ANSWER);
    expect(record.expiresAt()).toBe(1_000 + KEPT_MS);
    advance(KEPT_MS - 1);
    expect(record.begin('a', 'other').state).toBe('answered');
    advance(1);
    expect(record.begin('b', 'other')).toEqual({ state: 'begun', attempt: 1, requestKey: 'id-2' });
    expect(record.expiresAt()).toBe(1_000 + 2 * KEPT_MS);
  });

  it('keeps answers larger than a row', () => {
    const { record } = createRecord();
    const body = 'x'.repeat(3_000_000);
    record.begin('a', 'me');
    record.finish('me', { ...ANSWER, body });
    expect(record.begin('a', 'other')).toEqual({ state: 'answered', answer: { ...ANSWER, body } });
  });

  it('goes on with what was kept before there were owners', () => {
    const { record, sql, open, advance } = createRecord();
    record.begin('a', 'dead');
    sql.exec('ALTER TABLE record DROP COLUMN owner');
    expect(open().begin('a', 'me').state).toBe('running');
    advance(RUNNING_MS);
    expect(open().begin('a', 'me')).toEqual({ state: 'begun', attempt: 2, requestKey: 'id-1' });
    record.finish('me', ANSWER);
    expect(open().begin('a', 'other').state).toBe('answered');
  });
});
