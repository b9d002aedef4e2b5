import type { Entry } from './admin-api.ts';
import { LIMIT_OPTIONS } from './option-values.ts';

/** Rows in columns that are as wide as they must be. */
function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function formatKeys(keys: readonly Entry[]): string {
  if (keys.length === 0) return 'There are no keys.';
  const header = ['ID', 'TENANT', 'STATUS', 'KIND', 'SCOPES', 'LIMITS', 'EXPIRES', 'LAST USED', 'NAME'];
  return formatTable(
    header,
    keys.map((key) => [
      String(key.id),
      String(key.tenant),
      String(key.status),
      String(key.kind),
      (key.scopes as readonly string[]).join(','),
      formatLimits(key.limits as Entry),
      formatTime(key.expires_at),
      formatTime(key.last_used_at),
      String(key.name),
    ]),
  );
}

export function formatTenants(tenants: readonly Entry[]): string {
  return formatTable(
    ['ID', 'PLAN', 'STATUS', 'LIMITS', 'SHARDS', 'OPERATOR', 'MADE', 'NAME'],
    tenants.map((tenant) => [
      String(tenant.id),
      String(tenant.plan),
      String(tenant.status),
      formatLimits(tenant.limits as Entry),
      String(tenant.shards),
      tenant.operator === true ? 'yes' : '-',
      formatTime(tenant.created_at),
      String(tenant.name),
    ]),
  );
}

/** The one place where a key's text is printed. */
export function formatIssued(key: Entry): string {
  const overlap = key.previous_secret_expires_at;
  return [
    formatKeys([key]),
    '',
    String(key.key),
    '',
    'This is shown once: store it now.',
    ...(typeof overlap === 'number' ? [`The secret before it holds until ${formatTime(overlap)}.`] : []),
  ].join('\n');
}

function formatLimits(limits: Entry): string {
  const set = Object.entries(LIMIT_OPTIONS).filter(([, field]) => typeof limits[field] === 'number');
  return set.map(([option, field]) => `${option}=${limits[field]}`).join(',') || '-';
}

/** `2026-11-23 16:05Z`; times are seconds since 1970. */
function formatTime(seconds: unknown): string {
  if (typeof seconds !== 'number') return '-';
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
