/** Of every document: nobody frames, embeds or opens it with a hold on it, and it tells nobody where it was read. */
export const DOCUMENT_HEADERS = {
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

/**
 * Headers of the page's document. Its scripts and styles are files of this Worker alone, and it speaks to nobody else but
 * the origin of the pictures.
 * @param pictureOrigin where picture URLs begin: this Worker's own origin, or PUBLIC_URL.
 * @see https://www.w3.org/TR/CSP3/
 */
export function pageHeaders(pictureOrigin: string): [name: string, value: string][] {
  const policy = [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self'`,
    `font-src 'self'`,
    `img-src 'self' ${pictureOrigin} blob:`,
    `connect-src 'self' ${pictureOrigin}`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ];
  return [
    ['content-security-policy', policy.join('; ')],
    // Asked for again each time, by its ETag: it names files that are kept for a year.
    ['cache-control', 'no-cache'],
    ['vary', 'Accept'],
    ...Object.entries(DOCUMENT_HEADERS),
  ];
}
