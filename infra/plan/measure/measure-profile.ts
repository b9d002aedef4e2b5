import type { Profile, ReplicaState } from '../profile.ts';
import { quantilesOf, valueAt } from '../simulation/quantiles.ts';
import type { AskPicture, PictureTimes } from './ask-picture.ts';
import { batchTimesOf } from './batch-times.ts';
import type { MeasuredBackend } from './start-backend.ts';

/** Requests at a time that keep the model busy without a pause. */
const CLIENTS = 4;

/** Times of pictures that found the model idle, and of those that followed another. */
export interface Samples {
  readonly idle: readonly PictureTimes[];
  readonly busy: readonly PictureTimes[];
}

/** So many pictures one by one, then as many with others at the same time. */
export async function measureSamples(ask: AskPicture, pictures: number): Promise<Samples> {
  const idle: PictureTimes[] = [];
  for (let at = 0; at < pictures; at++) idle.push(await ask());
  const busy: PictureTimes[] = [];
  let left = pictures;
  const client = async (): Promise<void> => {
    while (left-- > 0) busy.push(await ask());
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return { idle, busy };
}

export type ProfileText = Pick<Profile, 'name' | 'date' | 'source'>;

/** A profile out of what was measured. */
export function profileOf(
  { idle, busy }: Samples,
  { buckets, startSeconds }: Pick<MeasuredBackend, 'buckets' | 'startSeconds'>,
  text: ProfileText,
): Profile {
  // Alone, a picture's time in the queue is what it costs to hand it to the model and back.
  const handOverMs = valueAt(quantilesOf(idle.map(({ timings }) => timings.queueMs)), 0.5);
  const stateOf = (pictures: readonly PictureTimes[]): ReplicaState => {
    const distribution = (read: (picture: PictureTimes) => number): number[] =>
      quantilesOf(pictures.map(read)).map(rounded);
    return {
      factor: quantilesOf(factorsOf(pictures, handOverMs, buckets)).map(rounded),
      encodeMs: distribution(({ timings }) => timings.encodeMs),
      storeMs: distribution(({ timings }) => timings.storeMs),
      httpMs: distribution(({ clientMs, timings }) => clientMs - timings.totalMs + timings.tokeniseMs),
    };
  };
  return {
    ...text,
    kind: 'measured',
    buckets: buckets.map(({ bucket, ms }) => ({ bucket, ms: rounded(ms) })),
    idle: stateOf(idle),
    busy: stateOf(busy),
    coldStart: { nodeSeconds: 0, podSeconds: rounded(startSeconds) },
  };
}

/** What each batch took, of what its bucket took when it was warmed. */
function factorsOf(
  pictures: readonly PictureTimes[],
  handOverMs: number,
  buckets: Profile['buckets'],
): number[] {
  const warmMs = new Map(buckets.map(({ bucket, ms }) => [bucket, ms]));
  return batchTimesOf(pictures, buckets).map(
    ({ bucket, ms }) => (handOverMs + ms) / (warmMs.get(bucket) ?? ms),
  );
}

/** Thousandths are more than can be measured. */
function rounded(value: number): number {
  return Math.round(1_000 * Math.max(0, value)) / 1_000;
}
