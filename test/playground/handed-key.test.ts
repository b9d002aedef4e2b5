import { describe, expect, it } from 'vitest';
import { takeHandedKey } from '../../edge/playground/state/handed-key.ts';
import { createApiKey } from '../../gpu-backend/contract/api-key.ts';

const { text: key } = createApiKey('test');

/** What `takeHandedKey` finds at an address, and what is left of that. */
function openAt(address: string) {
  const url = new URL(address);
  let left = url.href;
  const window = {
    location: url,
    history: { replaceState: (_: unknown, __: string, to: string) => (left = new URL(to, url).href) },
  };
  return { handed: takeHandedKey(window as never), left };
}

describe('a key in the fragment', () => {
  it.each(['http://127.0.0.1:8787', 'http://localhost:8787', 'http://[::1]:8787'])(
    'is used at once on this machine (%s), and is gone from the address',
    (origin) => {
      const { handed, left } = openAt(`${origin}/#key=${key}`);
      expect(handed).toEqual({ key, isOwn: true });
      expect(left).toBe(`${origin}/`);
    },
  );

  it.each(['https://galip.example', 'http://127.0.0.1.evil.example', 'http://localhost.evil.example'])(
    'is only proposed elsewhere (%s)',
    (origin) => {
      const { handed, left } = openAt(`${origin}/#key=${key}`);
      expect(handed).toEqual({ key, isOwn: false });
      expect(left).not.toContain(key);
    },
  );

  it('leaves the place that stands behind it', () => {
    expect(openAt(`http://localhost/#key=${key}&/grid?prompt=a+fox`).left).toBe(
      'http://localhost/#/grid?prompt=a+fox',
    );
  });

  it('is taken out also where it is none', () => {
    const { handed, left } = openAt('http://localhost/#key=%3Cscript%3E');
    expect(handed).toBeUndefined();
    expect(left).toBe('http://localhost/');
  });

  it('is not looked for in other places', () => {
    const address = `http://localhost/#/paint?prompt=key%3D${key}`;
    expect(openAt(address)).toEqual({ handed: undefined, left: address });
  });
});
