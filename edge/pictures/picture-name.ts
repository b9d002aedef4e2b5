import { objectKeyOf } from '../../gpu-backend/contract/fingerprint.ts';
import {
  FILE_EXTENSIONS,
  FILE_FORMATS,
  type FileFormat,
  fileFormatOfExtension,
} from '../../gpu-backend/contract/image-format.ts';

/** A picture's or a composition's one name, from which its object key and its URL follow. */
export interface PictureName {
  readonly fingerprint: string;
  readonly format: FileFormat;
  /** Owner of a private picture, which has no public URL. */
  readonly tenant?: string | undefined;
}

const PATH = new RegExp(`^/([ip])/([0-9a-f]{64})\\.(${FILE_EXTENSIONS})$`, 'u');

/** The file's name as browsers save it: `{fingerprint}.{extension}`. */
export function fileNameOf({ fingerprint, format }: PictureName): string {
  return `${fingerprint}.${FILE_FORMATS[format].extension}`;
}

/** The picture's URL under an origin: a public one under `/i/`, a private one under `/p/`, where its owner's key opens it. */
export function pictureUrlOf(name: PictureName, origin: string): string {
  return `${origin}/${name.tenant === undefined ? 'i' : 'p'}/${fileNameOf(name)}`;
}

export function pictureKeyOf({ fingerprint, format, tenant }: PictureName): string {
  return objectKeyOf(fingerprint, format, tenant);
}

/**
 * The picture that a request's URL names, or undefined: a public one, or with `tenant` that tenant's private one. There is one spelling of each: no query, no escapes, lower case,
 * so that no cache on the way can be made to hold a picture under another name.
 */
export function pictureNameOf(requestUrl: string, tenant?: string): PictureName | undefined {
  const { origin } = new URL(requestUrl);
  if (!requestUrl.startsWith(origin)) return undefined;
  const [, folder, fingerprint, extension] = PATH.exec(requestUrl.slice(origin.length)) ?? [];
  const format = extension === undefined ? undefined : fileFormatOfExtension(extension);
  if (fingerprint === undefined || !format || folder !== (tenant === undefined ? 'i' : 'p')) return undefined;
  return { fingerprint, format, tenant };
}
