import { type SignableFile, urlPartsOf } from '../../gpu-backend/contract/signable-file.ts';
import { signedPathOf } from '../../gpu-backend/contract/url-signature.ts';

export interface UrlSignerOptions {
  /** Origin that the URLs begin with. */
  readonly baseUrl: string;
  /** Both from `GET /v1/url-signing-secret`. The secret stays on your server: whoever has it spends. */
  readonly keyId: string;
  readonly secret: string;
}

/** Makes a URL for `<img src>` of a picture, a morph or a grid. @throws TypeError where an option cannot stand in a URL. */
export type UrlSigner = (file: SignableFile) => Promise<string>;

/** Signs without asking the API: what it needs of Web Crypto is in Node, Workers and browsers. */
export function createUrlSigner({ baseUrl, keyId, secret }: UrlSignerOptions): UrlSigner {
  const { origin } = new URL(baseUrl);
  return async (file) => origin + (await signedPathOf({ ...urlPartsOf(file), keyId }, secret));
}
