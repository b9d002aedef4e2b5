import { z } from 'zod';
import { MIN_SIZE_PX, tenantSchema } from './generate.ts';
import { sha256Hex } from './hex.ts';
import { pictureHashesSchema } from './picture-hashes.ts';

/** Pictures of one composition. */
export const MAX_COMPOSED = 120;
/** Rows and columns of a grid. */
export const MAX_GRID_EDGE = 8;
/** Code points of a grid's label: more than is legible beside a picture of any size. */
export const MAX_LABEL_CODE_POINTS = 200;
/** Frames of a second: browsers show GIFs no faster. */
export const MAX_FPS = 50;
/** Pixels of all pictures together: 48 MiB while they are put together, and a file that the edge can hold. */
export const MAX_COMPOSED_PIXELS: number = 2 ** 24;

/** Changes when the same composition would no longer give the same file. */
const COMPOSITION_SCHEME = 'composition/1';

const hash = z.string().regex(/^[0-9a-f]{64}$/u);
const label = z.string().max(2 * MAX_LABEL_CODE_POINTS);
const labels = z.array(label).min(1).max(MAX_GRID_EDGE);

/** How pictures are put together. @see layout.ts for where each lies on a sheet */
const layoutSchema = z.discriminatedUnion('kind', [
  /** One after the other: over and over again, or once, the last one staying. */
  z.strictObject({
    kind: z.literal('animation'),
    fps: z.int().min(1).max(MAX_FPS),
    loop: z.boolean(),
  }),
  /** Row by row, edge to edge. */
  z.strictObject({ kind: z.literal('sheet'), columns: z.int().min(1).max(MAX_COMPOSED) }),
  /** Row by row, with a label above each column and before each row. */
  z.strictObject({ kind: z.literal('grid'), columns: labels, rows: labels }),
]);

export type Layout = z.infer<typeof layoutSchema>;

export const COMPOSED_FORMATS = ['webp', 'png', 'gif'] as const;

/** Body of the backend's signed `POST /v1/compose`: pictures that lie in the object store → one file there. */
export const composeRequestSchema = z
  .strictObject({
    /** Digest of the model that the pictures are of. */
    model: hash,
    /** Fingerprints of png pictures, in order. */
    pictures: z.array(hash).min(1).max(MAX_COMPOSED),
    /** Edge of each picture, pixels. */
    size: z.int().min(MIN_SIZE_PX),
    layout: layoutSchema,
    format: z.enum(COMPOSED_FORMATS),
    /** Encoder quality of webp; null: lossless, as png is, and gif but for its 256 colours a frame. */
    quality: z.int().min(1).max(100).nullable(),
    /** Owner of private pictures, and so of the file; absent: they are public. */
    tenant: tenantSchema.optional(),
  })
  .refine(({ format, quality }) => quality === null || format === 'webp', 'has a quality that is not webp’s')
  .refine(
    ({ format, layout }) => (layout.kind === 'animation' ? format !== 'png' : format !== 'gif'),
    'has a format that its layout has not',
  )
  .refine(
    ({ layout, pictures }) =>
      layout.kind !== 'grid' || layout.rows.length * layout.columns.length === pictures.length,
    'has not one picture for each cell',
  )
  .refine(({ pictures, size }) => pictures.length * size ** 2 <= MAX_COMPOSED_PIXELS, 'has too many pixels');

export type ComposeRequest = z.infer<typeof composeRequestSchema>;

/** The answer, once the store has the file. */
export const composeResultSchema = z.object({
  fingerprint: hash,
  /** Strong entity tag of the stored object, quotes included. */
  etag: z.string(),
  sizeBytes: z.int().positive(),
  /** Of an animation: those of its first picture. A sheet has none. */
  hashes: pictureHashesSchema.optional(),
});

export type ComposeResult = z.infer<typeof composeResultSchema>;

/**
 * A composition's name in the world: SHA-256 over its pictures' names, their layout and the file's format as a JSON array
 * in fixed order, 64 hex digits. The pictures' names cover model, size and owner; the owner stands at the end again, as in
 * a picture's.
 */
export function compositionFingerprintOf({
  pictures,
  layout,
  format,
  quality,
  tenant,
}: Omit<ComposeRequest, 'model' | 'size'>): Promise<string> {
  const owner = tenant === undefined ? [] : [tenant];
  return sha256Hex(
    JSON.stringify([COMPOSITION_SCHEME, pictures, layoutRowOf(layout), format, quality, ...owner]),
  );
}

function layoutRowOf(layout: Layout): readonly unknown[] {
  switch (layout.kind) {
    case 'animation':
      return ['animation', layout.fps, layout.loop];
    case 'sheet':
      return ['sheet', layout.columns];
    case 'grid':
      return ['grid', layout.columns, layout.rows];
  }
}
