import { StartError } from './start-error.ts';

/**
 * Worker variables as a dotenv file: quoted, since dotenv cuts bare values at `#`, and `$` escaped, since wrangler
 * expands it within quotes too.
 * @throws StartError when a value cannot be written in dotenv's syntax.
 */
export function formatDevVars(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quote(name, value)}\n`)
    .join('');
}

function quote(name: string, value: string): string {
  // Not the double quote: dotenv reads `\n` within it as a line break.
  const mark = ["'", '`'].find((candidate) => !value.includes(candidate));
  if (mark === undefined || /[\r\n]/u.test(value)) {
    throw new StartError(
      `${name} holds a line break, or both ' and \`: wrangler cannot be given such a value.`,
    );
  }
  return `${mark}${value.replaceAll('$', '\\$')}${mark}`;
}
