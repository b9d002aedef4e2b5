import { z } from 'zod';

/**
 * Two short descriptions of a picture, made of its pixels before they are encoded, so that all formats of a picture have
 * the same ones. They lie beside its object in the store, as user metadata under these names.
 */
export const pictureHashesSchema = z.object({
  /** ThumbHash, at most 25 bytes in base64: a blurred picture to show until the real one is there. */
  thumbhash: z.string().regex(/^[A-Za-z0-9+/]{6,34}={0,2}$/u),
  /** 64 bits, 16 hex digits, of which near pictures share most. @see ../pipeline/perceptual-hash.ts */
  phash: z.string().regex(/^[0-9a-f]{16}$/u),
});

export type PictureHashes = z.infer<typeof pictureHashesSchema>;

/** The hashes that were kept with a picture; undefined where there are none, as for those stored before there were any. */
export function readPictureHashes(
  read: (name: keyof PictureHashes) => string | null | undefined,
): PictureHashes | undefined {
  return pictureHashesSchema.safeParse({ thumbhash: read('thumbhash'), phash: read('phash') }).data;
}
