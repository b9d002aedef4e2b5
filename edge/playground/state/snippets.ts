import type { ImageBody } from '../api/images.ts';

/** Shell: a word in single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A curl line that makes the picture; it takes the key from the environment. */
export function curlOf(origin: string, path: string, body: object): string {
  return [
    `curl -sS ${origin}${path} \\`,
    `  -H "Authorization: Bearer $GALIP_API_KEY" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quoted(JSON.stringify(body))}`,
  ].join('\n');
}

/** A module that makes the picture and prints its URL; it takes the key from the environment. */
export function typescriptOf(origin: string, body: ImageBody): string {
  return `const response = await fetch('${origin}/v1/images/generations', {
  method: 'POST',
  headers: {
    authorization: \`Bearer \${process.env.GALIP_API_KEY}\`,
    'content-type': 'application/json',
  },
  body: JSON.stringify(${JSON.stringify(body, null, 2).replaceAll('\n', '\n  ')}),
});
if (!response.ok) throw new Error(await response.text());
const { data } = (await response.json()) as { data: { url: string }[] };
console.log(data[0]?.url);`;
}

/** An element that shows the picture, which is at its URL for ever. */
export function imgOf(url: string, prompt: string, px: number): string {
  const alt = prompt.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<img src="${url}" alt="${alt}" width="${px}" height="${px}">`;
}
