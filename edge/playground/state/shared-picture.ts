/** A picture that a link brings along, for who has no key. */
export interface SharedPicture {
  /** Its name below `/i/`. */
  readonly file: string;
  /** In base64: what is shown until it is there. */
  readonly thumbhash: string | undefined;
}

const FILE = /^[0-9a-f]{64}\.(?:png|webp|jpg|avif)$/u;

export function addPicture(
  params: URLSearchParams,
  { file, thumbhash }: { readonly file: string; readonly thumbhash?: string | null | undefined },
): void {
  params.set('picture', file);
  if (thumbhash != null) params.set('thumbhash', thumbhash);
}

/** Undefined: the link has none, or no name of a picture. */
export function parseSharedPicture(params: URLSearchParams): SharedPicture | undefined {
  const file = params.get('picture') ?? '';
  return FILE.test(file) ? { file, thumbhash: params.get('thumbhash') ?? undefined } : undefined;
}
