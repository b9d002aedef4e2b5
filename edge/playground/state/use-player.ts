import { useEffect, useState } from 'preact/hooks';
import type { FilmPlan } from './film-plan.ts';

export interface Player {
  readonly isPlaying: boolean;
  /** From 0. */
  readonly frame: number;
  /** From where it is; from the begin where it has come to the end. */
  readonly play: () => void;
  readonly pause: () => void;
  /** Stops at a frame. */
  readonly show: (frame: number) => void;
}

/** A frame number that goes up by itself: round and round, or once to the last. */
export function usePlayer({ frames, fps, loop }: Pick<FilmPlan, 'frames' | 'fps' | 'loop'>): Player {
  const [isPlaying, setPlaying] = useState(false);
  const [frame, setFrame] = useState(0);
  const isOver = !loop && frame >= frames - 1;
  useEffect(() => {
    if (!isPlaying || isOver) return;
    const timer = setInterval(() => setFrame((before) => (before + 1) % frames), 1000 / fps);
    return () => clearInterval(timer);
  }, [isPlaying, isOver, frames, fps]);
  return {
    isPlaying: isPlaying && !isOver,
    frame,
    play: () => {
      if (isOver) setFrame(0);
      setPlaying(true);
    },
    pause: () => setPlaying(false),
    show: (wanted) => {
      setPlaying(false);
      setFrame(wanted);
    },
  };
}
