import type { Layout } from './compose.ts';

/** Between the cells of a grid, and around its labels. */
const GRID_GAP_PX = 4;
/** Type size of a grid's labels: small pictures leave room for little. */
const MIN_TYPE_PX = 12;
const MAX_TYPE_PX = 20;
const LINE_HEIGHT = 1.25;
/** Lines above a column at most; those beside a row may fill its height. */
const COLUMN_LINES = 3;
/** Beside a row labels are at most so wide, in sizes of their type, or three quarters of a picture. */
const ROW_LABEL_EMS = 10;
/** Widths of letters, in sizes of their type: on the safe side of most, and of those that fill a square. */
const LETTER_EMS = 0.68;
const SQUARE_EMS = 1.1;
const FIRST_SQUARE = 0x2e80;

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Place {
  readonly width: number;
  readonly height: number;
}

/** Where all lies in a composition, pixels. */
export interface Geometry {
  readonly width: number;
  readonly height: number;
  /** Upper left corner of each picture, in order. In an animation all lie upon each other. */
  readonly places: readonly Place[];
}

type Grid = Extract<Layout, { kind: 'grid' }>;

/** Where each picture lies, from the layout alone: clients and tests can cut a sheet. @param size edge of each, pixels */
export function geometryOf(layout: Layout, count: number, size: number): Geometry {
  switch (layout.kind) {
    case 'animation':
      return { width: size, height: size, places: Array.from({ length: count }, () => ({ x: 0, y: 0 })) };
    case 'sheet': {
      const { columns } = layout;
      const places = Array.from({ length: count }, (_, at) => ({
        x: (at % columns) * size,
        y: Math.floor(at / columns) * size,
      }));
      return { width: Math.min(count, columns) * size, height: Math.ceil(count / columns) * size, places };
    }
    case 'grid': {
      const { left, top } = marginsOf(layout, size);
      const step = size + GRID_GAP_PX;
      const [columns, rows] = [layout.columns.length, layout.rows.length];
      const places = Array.from({ length: count }, (_, at) => ({
        x: left + (at % columns) * step,
        y: top + Math.floor(at / columns) * step,
      }));
      return { width: left + columns * step, height: top + rows * step, places };
    }
  }
}

/** Where a grid's labels may stand, and their type's size in pixels. */
export function labelBoxesOf(
  layout: Grid,
  size: number,
): { readonly typePx: number; readonly columns: readonly Box[]; readonly rows: readonly Box[] } {
  const { columns, rows } = layout;
  const { typePx, left, top } = marginsOf(layout, size);
  const step = size + GRID_GAP_PX;
  return {
    typePx,
    columns: columns.map((_, at) => ({
      x: left + at * step,
      y: GRID_GAP_PX,
      width: size,
      height: top - 2 * GRID_GAP_PX,
    })),
    rows: rows.map((_, at) => ({
      x: GRID_GAP_PX,
      y: top + at * step,
      width: left - 2 * GRID_GAP_PX,
      height: size,
    })),
  };
}

/** As much as the longest labels need, estimated from their letters, so that whoever has no fonts knows it too. */
function marginsOf({ columns, rows }: Grid, size: number): { typePx: number; left: number; top: number } {
  const typePx = Math.min(MAX_TYPE_PX, Math.max(MIN_TYPE_PX, Math.round(size / 12)));
  const widest = (labels: readonly string[]): number => Math.ceil(typePx * Math.max(1, ...labels.map(emsOf)));
  const lines = Math.min(COLUMN_LINES, Math.ceil(widest(columns) / size));
  const room = Math.max(Math.round(size * 0.75), ROW_LABEL_EMS * typePx);
  return {
    typePx,
    left: Math.min(room, widest(rows)) + 2 * GRID_GAP_PX,
    top: Math.ceil(lines * typePx * LINE_HEIGHT) + 2 * GRID_GAP_PX,
  };
}

function emsOf(label: string): number {
  return [...label].reduce((sum, letter) => {
    return sum + ((letter.codePointAt(0) ?? 0) < FIRST_SQUARE ? LETTER_EMS : SQUARE_EMS);
  }, 0);
}
