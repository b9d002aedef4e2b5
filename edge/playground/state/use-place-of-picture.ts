import { useEffect, useRef, useState } from 'preact/hooks';
import type { Wanted } from '../api/paint.ts';
import { useSession } from '../session.ts';
import { formatPlace, type ViewName } from './place.ts';
import { addPicture, parseSharedPicture, type SharedPicture } from './shared-picture.ts';
import type { Painting } from './use-painting.ts';

export interface PlaceOfPictureOptions {
  readonly view: ViewName;
  /** What the view began with: a link names its picture, too. */
  readonly given: URLSearchParams;
  /** The present settings; one object for as long as they are the same. */
  readonly settings: URLSearchParams;
  readonly wanted: Wanted | undefined;
  readonly painting: Painting;
}

/**
 * Keeps the address bar and the history at what is shown.
 * @returns the picture that the link brought, for as long as the settings are the link's: who has no key sees it.
 */
export function usePlaceOfPicture(options: PlaceOfPictureOptions): SharedPicture | undefined {
  const { view, given, settings, wanted, painting } = options;
  const { picture } = painting;
  const { addPainted, showPlace } = useSession();
  const first = useRef(settings);
  const [fromLink] = useState(() => parseSharedPicture(given));
  const shared = settings === first.current ? fromLink : undefined;
  const isShown = picture !== undefined && picture.wanted === wanted;
  useEffect(() => {
    const params = new URLSearchParams(settings);
    const named = isShown ? picture : shared;
    if (named) addPicture(params, named);
    showPlace({ view, params });
    if (!isShown) return;
    const place = formatPlace({ view, params });
    const { wanted: of, file, thumbhash } = picture;
    addPainted({ place, title: of.title, file, thumbhash: thumbhash ?? undefined, at: Date.now() });
  }, [settings, picture, isShown]);
  return shared;
}
