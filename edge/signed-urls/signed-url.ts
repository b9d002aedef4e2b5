import type { SignableUrl } from '../../gpu-backend/contract/url-signature.ts';

export interface SignedUrl extends SignableUrl {
  readonly signature: string;
}

const PATH = /^\/s\/([0-9A-Za-z]{12})\/([\w-]{43})\/([^/]{1,512})\/([^/]+)\.(png|webp|jpg|avif|gif)$/u;

/** The parts of a signed URL, decoded; undefined where it has not their form. Says nothing about the signature. */
export function parseSignedUrl(requestUrl: string): SignedUrl | undefined {
  const { pathname, search } = new URL(requestUrl);
  const [, keyId, signature, options, prompt, extension] = PATH.exec(pathname) ?? [];
  if (search || keyId === undefined || signature === undefined || extension === undefined) return undefined;
  const decoded = [decode(options), decode(prompt)] as const;
  if (decoded[0] === undefined || decoded[1] === undefined) return undefined;
  return { keyId, signature, options: decoded[0], prompt: decoded[1], extension };
}

function decode(text: string | undefined): string | undefined {
  try {
    return decodeURIComponent(text ?? '');
  } catch {
    return undefined;
  }
}
