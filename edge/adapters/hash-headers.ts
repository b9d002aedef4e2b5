import type { PictureHashes } from '../../gpu-backend/contract/picture-hashes.ts';

/** A picture's hashes as headers, of answers and of what the cache keeps: none where it has none. */
export function hashHeaders(hashes: PictureHashes | undefined): Record<string, string> {
  return hashes ? { 'x-thumbhash': hashes.thumbhash, 'x-phash': hashes.phash } : {};
}
