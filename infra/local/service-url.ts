import { StartError } from './start-error.ts';

/**
 * Refuses a URL that the Worker would refuse (edge/config.ts, which must not be imported here: a test holds both to one
 * list). An `origin` has no path.
 * @throws StartError naming the variable; its value only where that cannot hold a secret.
 */
export function assertServiceUrl(name: string, text: string, kind: 'origin' | 'endpoint'): void {
  const url = URL.parse(text);
  const isBare =
    url !== null &&
    /^https?:$/u.test(url.protocol) &&
    `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (isBare && (kind === 'endpoint' || url.pathname === '/')) return;
  const shown = /[@?#]/u.test(text) ? '' : ` is ${JSON.stringify(text)}: it`;
  const allowed =
    kind === 'origin'
      ? 'an origin, http(s)://host[:port] without a path'
      : 'an http(s) URL without credentials and query';
  throw new StartError(`${name}${shown} must be ${allowed}.`);
}
