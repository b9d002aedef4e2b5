import { useEffect, useState } from 'preact/hooks';
import type { Composition } from '../../client/api-types.ts';
import type { GalipError } from '../../client/errors.ts';
import type { CompositionOrder, LandedPicture } from '../api/compositions.ts';
import { failureOf } from './failure-words.ts';

/** Something to be made, and what it is to its view. */
export interface Sheet<Of> {
  readonly order: CompositionOrder;
  readonly of: Of;
}

/** How far something is that is being made. */
export interface Progress {
  /** Undefined: it waits for its turn. */
  readonly all: number | undefined;
  readonly done: number;
  /** Each picture counted once; or a job's files, each as often as it stands in the composition. */
  readonly unit: 'pictures' | 'files';
}

/** What is being made, or was made last. */
export interface Work<Of> {
  readonly sheet?: Sheet<Of>;
  /** Those that are there, by their place. */
  readonly pictures: ReadonlyMap<number, LandedPicture>;
  readonly progress?: Progress | undefined;
  readonly made?: Composition;
  readonly failure?: GalipError;
  /** Of a long one. */
  readonly jobId?: string;
  /** Whether it was told to stop, and ends by itself. */
  readonly isStopping?: boolean;
  /** Of who waits for it; undefined: nothing is being made. */
  readonly ending?: AbortController | undefined;
}

type Change<Of> = (before: Work<Of>) => Partial<Work<Of>>;

/** Changes the work, unless another has taken its place. */
export type UpdateWork<Of> = (change: Change<Of>) => void;

/** @returns what was made; undefined: it was cancelled. */
type Run<Of> = (signal: AbortSignal, update: UpdateWork<Of>) => Promise<Composition | undefined>;

export interface WorkControl<Of> {
  readonly work: Work<Of>;
  readonly change: (change: Change<Of>) => void;
  readonly begin: (first: Omit<Work<Of>, 'pictures' | 'ending'>, run: Run<Of>) => Promise<void>;
  /** Waits for nothing any more. */
  readonly leave: () => void;
}

const NOTHING = { pictures: new Map<number, LandedPicture>() };

/** One composition at a time: what is begun takes the place of what was. */
export function useWork<Of>(): WorkControl<Of> {
  const [work, setWork] = useState<Work<Of>>(NOTHING);
  const { ending } = work;
  // Whoever leaves waits for nothing.
  useEffect(() => () => ending?.abort(), [ending]);
  const change = (part: Change<Of>): void => setWork((before) => ({ ...before, ...part(before) }));
  return {
    work,
    change,
    async begin(first, run) {
      const mine = new AbortController();
      const replace = (next: (before: Work<Of>) => Work<Of>): void =>
        setWork((before) => (before.ending === mine ? next(before) : before));
      const update: UpdateWork<Of> = (part) => replace((before) => ({ ...before, ...part(before) }));
      setWork({ ...NOTHING, ...first, ending: mine });
      try {
        const made = await run(mine.signal, update);
        if (made) update(() => ({ made, pictures: picturesOf(made) }));
        else replace(() => NOTHING);
      } catch (error) {
        update(() => ({ failure: failureOf(error) }));
      }
      update(() => ({ ending: undefined, progress: undefined }));
    },
    leave: () => change(() => ({ ending: undefined, progress: undefined })),
  };
}

function picturesOf({ data }: Composition): Map<number, LandedPicture> {
  return new Map(data.map((picture, index) => [index, { ...picture, index }]));
}
