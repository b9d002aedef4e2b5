import type { Profile } from '../profile.ts';
import type { PictureTimes } from './ask-picture.ts';

export interface BatchTime {
  /** The smallest that its pictures fit into. */
  readonly bucket: number;
  /** In the model. */
  readonly ms: number;
}

/**
 * The batches that pictures came in. No answer tells its batch, but all pictures of one have the very same times in the
 * model, to the microsecond.
 */
export function batchTimesOf(
  pictures: readonly PictureTimes[],
  buckets: Profile['buckets'],
): readonly BatchTime[] {
  const ascending = buckets.map(({ bucket }) => bucket).sort((a, b) => a - b);
  const batches = Map.groupBy(
    pictures,
    ({ timings: { textEncoderMs, generatorMs } }) => `${textEncoderMs} ${generatorMs}`,
  );
  return [...batches.values()].map((rows) => {
    const { textEncoderMs = 0, generatorMs = 0 } = rows[0]?.timings ?? {};
    const bucket = ascending.find((size) => size >= rows.length) ?? ascending.at(-1) ?? 1;
    return { bucket, ms: textEncoderMs + generatorMs };
  });
}
