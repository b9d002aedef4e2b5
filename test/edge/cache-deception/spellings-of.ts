/** Spellings that end as what caches keep, that caches and servers cut off at other places, or that lead elsewhere and back. */
export function spellingsOf(path: string): string[] {
  const [, folder = '', rest = ''] = /^\/([^/]+)\/(.*)$/u.exec(path) ?? [];
  const last = path.at(-1) ?? '';
  const escaped = `${path.slice(0, -1)}%${last.charCodeAt(0).toString(16)}`;
  return [
    ...[
      '.css',
      '.webp',
      '.',
      '..',
      '%2e',
      '%2ecss',
      '%252ecss',
      '~',
      '%20',
      '%09',
      '%00',
      '%00.css',
      '%0a.css',
    ],
    ...[
      '/',
      '//',
      '/x.css',
      '/x.webp',
      '/.css',
      '//x.css',
      '/..%2fx.css',
      '/%2e',
      '/..;/x.css',
      '/index.html',
    ],
    ...[
      ';',
      ';x',
      ';.css',
      ';/x.css',
      ';x=1.webp',
      '%3b.css',
      '%2f',
      '%2fx.css',
      '%5cx.css',
      '%3fx.css',
      '%23x.css',
    ],
    ...['?x.css', '?x=1', '?/x.css', '?cb=1&utm_source=mail', '?%00'],
  ]
    .map((end) => path + end)
    .concat([
      `/${path}`,
      `//x/..${path}`,
      `/${folder}//${rest}`,
      `/${folder}%2f${rest}`,
      `/${folder}%5c${rest}`,
      `/${folder};x/${rest}`,
      `/${folder}/./${rest}`,
      `/${folder}/x/..%2f${rest}`,
      `/${folder.toUpperCase()}/${rest}`,
      path.toUpperCase(),
      escaped,
      `/%${folder.charCodeAt(0).toString(16)}${folder.slice(1)}/${rest}`,
      `/i/..%2f${path.slice(1)}`,
      `/i/..;${path}`,
      `/i${path}`,
      `/p${path}`,
      `/assets${path}`,
      `/assets/..%2f${path.slice(1)}`,
      `/favicon.svg/..%2f${path.slice(1)}`,
      `/docs${path}`,
      `/mcp${path}`,
    ]);
}
