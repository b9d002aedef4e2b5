import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { FILE_FORMATS } from '../../gpu-backend/contract/image-format.ts';
import { hashHeaders } from '../adapters/hash-headers.ts';
import type { StoredObject } from '../adapters/object-store.ts';
import { parseRange } from './byte-range.ts';
import { fileNameOf, type PictureName } from './picture-name.ts';
import { type Picture, readPicture } from './picture-source.ts';

/** The request headers that may change how a picture is answered; nothing else of a request may. */
export interface PictureConditions {
  readonly ifNoneMatch: string | undefined;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

/** Answers a picture: 200, 206, 304 or 416 (RFC 9110 §13, §14). */
export async function pictureResponse(
  name: PictureName,
  picture: Picture,
  { ifNoneMatch, range, ifRange }: PictureConditions,
): Promise<Response> {
  const headers = pictureHeaders(name, picture);
  const { body, etag, sizeBytes } = picture;
  if (matchesEntityTag(ifNoneMatch, etag)) {
    await discard(body);
    headers.delete('content-length');
    return new Response(null, { status: 304, headers });
  }
  const part = ifRange === undefined || ifRange === etag ? parseRange(range, sizeBytes) : undefined;
  if (part === undefined) return new Response(body, { headers });
  if (part === 'unsatisfiable') {
    await discard(body);
    const refusal = new ApiError('range_not_satisfiable').toResponse();
    refusal.headers.set('content-range', `bytes */${sizeBytes}`);
    return refusal;
  }
  const bytes = await readPicture(picture);
  headers.set('content-range', `bytes ${part.first}-${part.last}/${sizeBytes}`);
  headers.set('content-length', String(part.last - part.first + 1));
  return new Response(bytes.subarray(part.first, part.last + 1), { status: 206, headers });
}

/** Answers HEAD: what GET would say of the whole picture. */
export function pictureHeadResponse(
  name: PictureName,
  object: StoredObject,
  { ifNoneMatch }: Pick<PictureConditions, 'ifNoneMatch'>,
): Response {
  const headers = pictureHeaders(name, object);
  const status = matchesEntityTag(ifNoneMatch, object.etag) ? 304 : 200;
  if (status === 304) headers.delete('content-length');
  return new Response(null, { status, headers });
}

function pictureHeaders(name: PictureName, { etag, sizeBytes, hashes }: StoredObject): Headers {
  return new Headers({
    'content-type': FILE_FORMATS[name.format].mediaType,
    'content-length': String(sizeBytes),
    'content-disposition': `inline; filename="${fileNameOf(name)}"`,
    'cache-control': name.tenant === undefined ? 'public, max-age=31536000, immutable' : 'private, no-store',
    etag,
    ...hashHeaders(hashes),
    'accept-ranges': 'bytes',
    'cross-origin-resource-policy': 'cross-origin',
    // A picture is never a page: whatever a browser takes it for, nothing in it may run.
    'content-security-policy': "default-src 'none'; sandbox",
  });
}

/** Weak comparison of an `If-None-Match` list (RFC 9110 §13.1.2). */
export function matchesEntityTag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//u, ''));
  return tags.includes(etag) || tags.includes('*');
}

async function discard(body: Picture['body']): Promise<void> {
  if (body instanceof ReadableStream) await body.cancel();
}
