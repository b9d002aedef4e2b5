import { useEffect, useRef, useState } from 'preact/hooks';
import { formatPlace, type Place, parsePlace } from './place.ts';

export interface PlaceControl {
  readonly place: Place;
  /** Another number for each place that was gone to, by a link or through the browser's history. */
  readonly revision: number;
  readonly goTo: (place: Place) => void;
  /** Writes a place to the address bar, without a step of the browser's history and without going there. */
  readonly showPlace: (place: Place) => void;
}

/** The place that the URL's fragment names. */
export function usePlace(): PlaceControl {
  const [at, setAt] = useState(() => ({ place: parsePlace(location.hash), revision: 0 }));
  /** The address that the view on the screen is of: while it is another, one is on the way there. */
  const known = useRef(location.hash);
  useEffect(() => {
    const follow = (): void => {
      known.current = location.hash;
      setAt(({ revision }) => ({ place: parsePlace(location.hash), revision: revision + 1 }));
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return {
    ...at,
    goTo: (place) => {
      location.hash = formatPlace(place);
    },
    showPlace: (place) => {
      if (location.hash !== known.current) return;
      history.replaceState(history.state, '', formatPlace(place));
      known.current = location.hash;
    },
  };
}
