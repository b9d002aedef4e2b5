import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ComposeRequest,
  composeRequestSchema,
  compositionFingerprintOf,
  type Layout,
} from '../../gpu-backend/contract/compose.ts';
import { geometryOf, labelBoxesOf } from '../../gpu-backend/contract/layout.ts';

const REQUEST: ComposeRequest = {
  model: 'a'.repeat(64),
  pictures: ['1'.repeat(64), '2'.repeat(64)],
  size: 64,
  layout: { kind: 'animation', fps: 12, loop: true },
  format: 'webp',
  quality: null,
};

describe('the name of a composition', () => {
  it('is the one that is written down', async () => {
    expect(composeRequestSchema.parse(REQUEST)).toEqual(REQUEST);
    expect(await compositionFingerprintOf(REQUEST)).toBe(
      '41f7769e4b001f4392e98a0cc7a16e1472168e3540e7456717025f95f863d3c0',
    );
  });

  it('differs with each part that decides the file', async () => {
    const changes: Partial<ComposeRequest>[] = [
      {},
      { pictures: REQUEST.pictures.toReversed() },
      { layout: { kind: 'animation', fps: 13, loop: true } },
      { layout: { kind: 'animation', fps: 12, loop: false } },
      { layout: { kind: 'sheet', columns: 2 } },
      { layout: { kind: 'sheet', columns: 1 } },
      { layout: { kind: 'grid', columns: ['a', 'b'], rows: ['c'] } },
      { layout: { kind: 'grid', columns: ['c'], rows: ['a', 'b'] } },
      { format: 'gif' },
      { quality: 90 },
      { tenant: 'acme' },
    ];
    const names = await Promise.all(changes.map((more) => compositionFingerprintOf({ ...REQUEST, ...more })));
    expect(new Set(names).size).toBe(changes.length);
  });
});

const label = fc.string({ unit: 'grapheme', maxLength: 60 });
const labels = fc.array(label, { minLength: 1, maxLength: 8 });
const layout = fc.oneof(
  fc.record({ kind: fc.constant('sheet' as const), columns: fc.integer({ min: 1, max: 120 }) }),
  fc.record({ kind: fc.constant('grid' as const), columns: labels, rows: labels }),
);

it('has a place for each picture, on the sheet, in order, and none upon another or upon a label', () => {
  fc.assert(
    fc.property(layout, fc.integer({ min: 16, max: 300 }), (any: Layout, size) => {
      const count = any.kind === 'grid' ? any.columns.length * any.rows.length : 7;
      const { width, height, places } = geometryOf(any, count, size);
      expect(places).toHaveLength(count);
      const cells = places.map((place) => ({ ...place, width: size, height: size }));
      const boxes = any.kind === 'grid' ? labelBoxesOf(any, size) : undefined;
      const all = [...cells, ...(boxes ? [...boxes.columns, ...boxes.rows] : [])];
      for (const [at, one] of all.entries()) {
        expect(one.x >= 0 && one.y >= 0).toBe(true);
        expect(one.x + one.width <= width && one.y + one.height <= height).toBe(true);
        for (const other of all.slice(at + 1)) {
          const apart =
            one.x + one.width <= other.x ||
            other.x + other.width <= one.x ||
            one.y + one.height <= other.y ||
            other.y + other.height <= one.y;
          expect(apart).toBe(true);
        }
      }
    }),
  );
});
