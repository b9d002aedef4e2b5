import { useEffect, useState } from 'preact/hooks';

export interface Player {
  readonly isPlaying: boolean;
  /** Counts on from where `play` began. */
  readonly frame: number;
  readonly play: (frame: number) => void;
  readonly pause: () => void;
}

/** A frame number that goes up by itself. */
export function usePlayer(framesPerSecond: number): Player {
  const [isPlaying, setPlaying] = useState(false);
  const [frame, setFrame] = useState(0);
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setInterval(() => setFrame((before) => before + 1), 1000 / framesPerSecond);
    return () => clearInterval(timer);
  }, [isPlaying, framesPerSecond]);
  return {
    isPlaying,
    frame,
    play: (from) => {
      setFrame(from);
      setPlaying(true);
    },
    pause: () => setPlaying(false),
  };
}
