import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createApiKey } from '../../../gpu-backend/contract/api-key.ts';
import { findConnection } from '../../../infra/keys/connection.ts';
import { limitsOf, parseDuration, parseExpiry } from '../../../infra/keys/option-values.ts';
import { parseCommand } from '../../../infra/keys/parse-command.ts';

const NOW_S = 1_795_392_000;

describe('the command line', () => {
  it.each([[], ['--help'], ['-h'], ['create', '--help']])('%s asks for help', (...argv) => {
    expect(parseCommand(argv)).toBeUndefined();
  });

  it('tells commands of two words from those of one', () => {
    expect(parseCommand(['list'])?.command.name).toBe('list');
    expect(parseCommand(['tenant', 'list'])?.command.name).toBe('tenant list');
  });

  it('takes a key’s id out of its text', () => {
    const key = createApiKey('live');
    for (const word of [key.text, `glp_live_${key.id}_`, `glp_live_${key.id}`, key.id]) {
      expect(parseCommand(['revoke', word])?.id).toBe(key.id);
    }
  });

  it('repeats no secret that was mistyped', () => {
    const { text } = createApiKey('live');
    for (const argv of [
      ['revoke', text.slice(0, -1)],
      ['revoke', `${text}x`],
    ]) {
      expect(() => parseCommand(argv)).toThrow('That is not the ID of a key');
    }
  });

  it.each([
    [['drop'], 'there are create, list'],
    [['tenant'], 'is no command'],
    [['revoke'], 'Use: revoke ID'],
    [['list', 'x'], 'Use: list'],
    [['create', '--name', 'x'], 'create needs --scopes'],
    [['budget', 'x', '--overlap', '1h'], 'budget takes no --overlap'],
    [['list', '--colour', 'x'], '--colour'],
    [['list', '--tenant'], '--tenant'],
  ])('%j is refused', (argv, message) => {
    expect(() => parseCommand(argv)).toThrow(message);
  });
});

describe('option values', () => {
  it('read durations', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.constantFrom('s', 'm', 'h', 'd'), (amount, unit) => {
        const factor = { s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? 0;
        expect(parseDuration('--overlap', `${amount}${unit}`)).toBe(amount * factor);
      }),
    );
    expect(parseDuration('--overlap', '0')).toBe(0);
  });

  it('refuse every other text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (/^(?:0|\d{1,9}[smhd])$/u.test(text)) return;
        expect(() => parseDuration('--overlap', text)).toThrow('--overlap is ');
      }),
    );
    for (const day of ['', '-1', '1e3', '0x1', '1.5', '1 ', 'None']) {
      expect(() => limitsOf({ day })).toThrow('--day is ');
    }
  });

  it('read limits', () => {
    fc.assert(
      fc.property(fc.nat(), (units) => {
        expect(limitsOf({ day: String(units), total: 'none' })).toEqual({
          day_units: units,
          total_units: null,
        });
      }),
    );
    expect(limitsOf({ name: 'x' })).toBeUndefined();
  });

  it('read when a key expires', () => {
    expect(parseExpiry('never', NOW_S)).toBeNull();
    expect(parseExpiry('90d', NOW_S)).toBe(NOW_S + 90 * 86_400);
    expect(parseExpiry('2027-01-31', NOW_S)).toBe(Date.UTC(2027, 0, 31) / 1000);
    for (const text of ['', 'tomorrow', '2027-13-01', '2027-1-1', '1795392000']) {
      expect(() => parseExpiry(text, NOW_S)).toThrow('--expires is ');
    }
  });
});

describe('the connection', () => {
  const { text: GALIP_ADMIN_KEY } = createApiKey('live');
  const find = (env: Record<string, string>) => findConnection(env, '/nonexistent');

  it.each(['https://edge.example', 'http://127.0.0.1:8787', 'http://localhost:1', 'http://[::1]:1'])(
    'may go to %s',
    async (GALIP_URL) => {
      expect((await find({ GALIP_URL, GALIP_ADMIN_KEY })).url.origin).toBe(GALIP_URL);
    },
  );

  it.each([
    'http://edge.example',
    'http://127.0.0.1.example',
    'https://edge.example/v1',
    'https://a:b@edge.example',
    'https://edge.example?x',
    'ftp://edge.example',
    'edge.example',
  ])('may not go to %s', async (GALIP_URL) => {
    await expect(find({ GALIP_URL, GALIP_ADMIN_KEY })).rejects.toThrow('GALIP_URL must be an origin');
  });

  it('needs both or a data folder', async () => {
    await expect(find({ GALIP_ADMIN_KEY })).rejects.toThrow('GALIP_ADMIN_KEY is set alone');
    await expect(find({ GALIP_URL: 'https://edge.example' })).rejects.toThrow('GALIP_URL is set alone');
    await expect(find({})).rejects.toThrow('/nonexistent/dev.json');
  });
});
