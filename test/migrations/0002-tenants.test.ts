import { readFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';

const migration = (name: string) =>
  readFile(new URL(`../../edge/migrations/${name}.sql`, import.meta.url), 'utf8');

it('keeps the keys from before, and makes their owners tenants that manage their own alone', async () => {
  using database = new DatabaseSync(':memory:');
  database.exec(await migration('0001_api_keys'));
  database.exec(`
    INSERT INTO api_keys VALUES ('AAAAAAAAAAAA', 'hash-a', 'acme', 'a', 'generate read', 10, 99, NULL);
    INSERT INTO api_keys VALUES ('BBBBBBBBBBBB', 'hash-b', 'acme', 'b', 'admin', 20, NULL, 30);
    INSERT INTO api_keys VALUES ('CCCCCCCCCCCC', 'hash-c', 'dev', 'c', 'read', 15, NULL, NULL);`);
  database.exec(await migration('0002_tenants'));
  const plain = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  expect(plain('SELECT * FROM tenants ORDER BY id')).toEqual([
    { id: 'acme', name: 'acme', plan: 'postpaid', status: 'active', operator: 0, created_at: 10 },
    { id: 'dev', name: 'dev', plan: 'postpaid', status: 'active', operator: 0, created_at: 15 },
  ]);
  const keys = plain(
    'SELECT id, hash, tenant, name, scopes, created_at, expires_at, revoked_at FROM api_keys ORDER BY id',
  );
  expect(keys.map((key) => Object.values(key))).toEqual([
    ['AAAAAAAAAAAA', 'hash-a', 'acme', 'a', 'generate read', 10, 99, null],
    ['BBBBBBBBBBBB', 'hash-b', 'acme', 'b', 'admin', 20, null, 30],
    ['CCCCCCCCCCCC', 'hash-c', 'dev', 'c', 'read', 15, null, null],
  ]);
  const [limits] = plain(
    'SELECT rate_per_minute, day_units, month_units, total_units, previous_hash, last_used_at FROM api_keys',
  );
  for (const value of Object.values(limits ?? {})) expect(value).toBeNull();
});
