import { CommandError } from '../command/command-error.ts';

/** Options that set limits, and the API's names for them. */
export const LIMIT_OPTIONS = {
  rate: 'rate_per_minute',
  day: 'day_units',
  month: 'month_units',
  total: 'total_units',
} as const;

type Options = Readonly<Record<string, string | undefined>>;

/** `limits` of a request from --rate, --day, --month and --total; undefined where none is given. */
export function limitsOf(options: Options): Record<string, number | null> | undefined {
  const given = Object.entries(LIMIT_OPTIONS).flatMap(([option, field]) => {
    const text = options[option];
    return text === undefined ? [] : [[field, parseLimit(`--${option}`, text)] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** A number, or null for `none`. */
function parseLimit(option: string, text: string): number | null {
  if (text === 'none') return null;
  return parseUnits(option, text, ', or none');
}

export function parseUnits(option: string, text: string, also = ''): number {
  if (/^\d{1,15}$/u.test(text)) return Number(text);
  throw new CommandError(`${option} is ${JSON.stringify(text)}: it must be a whole number${also}.`);
}

const UNIT_S = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** `90d`, `12h`, `30m`, `45s` or `0`, in seconds. */
export function parseDuration(option: string, text: string): number {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/u.exec(text) ?? [];
  if (text === '0') return 0;
  if (amount !== undefined) return Number(amount) * UNIT_S[unit as keyof typeof UNIT_S];
  throw new CommandError(
    `${option} is ${JSON.stringify(text)}: it must be 0, or a number with s, m, h or d (90d).`,
  );
}

/** `never` (null), a duration from now, or a date (begin of that day, UTC), in seconds since 1970. */
export function parseExpiry(text: string, nowS: number): number | null {
  if (text === 'never') return null;
  if (/^\d+[smhd]$/u.test(text)) return nowS + parseDuration('--expires', text);
  const ms = /^\d{4}-\d{2}-\d{2}$/u.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(ms)) return ms / 1000;
  throw new CommandError(
    `--expires is ${JSON.stringify(text)}: it must be never, a duration (90d) or a date (2027-01-31).`,
  );
}

export function parseScopes(text: string): string[] {
  return text
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
}
