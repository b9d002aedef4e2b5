import { type BlendWish, writeMix } from '../../gpu-backend/contract/prompt-mix.ts';
import { NO_URL_OPTIONS, signedPathOf } from '../../gpu-backend/contract/url-signature.ts';

/** A picture that its URL alone makes. */
export interface SignedPicture {
  readonly prompt: BlendWish;
  /** Prompts or blends of single stages, by ranges of these: `{ '3-4': 'a fox' }`. */
  readonly stages?: Readonly<Record<string, BlendWish>>;
  /** `webp` unless given. */
  readonly extension?: 'webp' | 'png' | 'jpg' | 'avif';
  /** One of the server's; the options here go before its own. */
  readonly preset?: string;
  /** Edge in pixels. */
  readonly size?: number;
  readonly seed?: number;
  /** Encoder quality, 1 … 100. */
  readonly quality?: number;
  readonly visibility?: 'public' | 'private';
  /** ψ, above 0 … 1.5. */
  readonly truncation?: number;
  readonly variation?: { readonly seed: number; readonly strength: number };
  /** Candidates, 1 … 16, of which the URL leads to the one that fits the prompt best. All are made and charged. */
  readonly bestOf?: number;
  /** After this the URL makes nothing. */
  readonly expires?: Date;
}

export interface UrlSignerOptions {
  /** Origin that the URLs begin with. */
  readonly baseUrl: string;
  /** Both from `GET /v1/url-signing-secret`. The secret stays on your server: whoever has it spends. */
  readonly keyId: string;
  readonly secret: string;
}

/** Makes a URL for `<img src>`. @throws TypeError where an option cannot stand in a URL. */
export type UrlSigner = (picture: SignedPicture) => Promise<string>;

/** Signs without asking the API: what it needs of Web Crypto is in Node, Workers and browsers. */
export function createUrlSigner({ baseUrl, keyId, secret }: UrlSignerOptions): UrlSigner {
  const { origin } = new URL(baseUrl);
  return async (picture) => {
    const { prompt, stages, extension = 'webp' } = picture;
    const isMix = typeof prompt !== 'string' || stages !== undefined;
    const options = [...pairsOf(picture), ...(isMix ? ['prompt:mix'] : [])].join(',') || NO_URL_OPTIONS;
    const text = typeof prompt === 'string' && !stages ? prompt : writeMix({ prompt, stages });
    return origin + (await signedPathOf({ keyId, options, prompt: text, extension }, secret));
  };
}

function pairsOf({ variation, expires, ...picture }: SignedPicture): string[] {
  const { preset, size, seed, quality, visibility, truncation } = picture;
  const values = {
    preset,
    size,
    seed,
    quality,
    visibility,
    truncation,
    variation: variation?.seed,
    strength: variation?.strength,
    best_of: picture.bestOf,
    expires: expires && Math.floor(expires.getTime() / 1000),
  };
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (/^[\w.-]+$/u.test(String(value)) && !Number.isNaN(value)) return [`${name}:${value}`];
    throw new TypeError(`${name} is ${JSON.stringify(value)}; allowed are letters, digits, _, . and -`);
  });
}
