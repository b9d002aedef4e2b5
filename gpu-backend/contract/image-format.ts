/** The picture formats, their file extension in URLs, media type and encoder quality when none is asked for. */
export const IMAGE_FORMATS = {
  png: { extension: 'png', mediaType: 'image/png', defaultQuality: null },
  webp: { extension: 'webp', mediaType: 'image/webp', defaultQuality: 90 },
  jpeg: { extension: 'jpg', mediaType: 'image/jpeg', defaultQuality: 90 },
  avif: { extension: 'avif', mediaType: 'image/avif', defaultQuality: 70 },
} as const satisfies Record<
  string,
  { extension: string; mediaType: string /** 1 … 100; null = lossless */; defaultQuality: number | null }
>;

export type ImageFormat = keyof typeof IMAGE_FORMATS;

export const IMAGE_FORMAT_NAMES: readonly [ImageFormat, ...ImageFormat[]] = ['png', 'webp', 'jpeg', 'avif'];

/** The formats of all files that have a name of their own: those of pictures, and gif, which only animations have. */
export const FILE_FORMATS = {
  ...IMAGE_FORMATS,
  gif: { extension: 'gif', mediaType: 'image/gif' },
} as const;

export type FileFormat = keyof typeof FILE_FORMATS;

/** What file names may end in, as part of a regular expression. */
export const FILE_EXTENSIONS = 'png|webp|jpg|avif|gif';

/** The file format whose URLs end in `extension`, or undefined. */
export function fileFormatOfExtension(extension: string): FileFormat | undefined {
  return extension === 'gif' ? 'gif' : formatOfExtension(extension);
}

/** The picture format whose URLs end in `extension`, or undefined. */
export function formatOfExtension(extension: string): ImageFormat | undefined {
  return IMAGE_FORMAT_NAMES.find((name) => IMAGE_FORMATS[name].extension === extension);
}
