import type { ComponentChildren, JSX } from 'preact';
import { useSession } from '../session.ts';
import { isSharedFile } from '../state/shared-file.ts';
import type { Painting } from '../state/use-painting.ts';
import { CacheBadge } from './cache-badge.tsx';
import { PictureFrame } from './picture-frame.tsx';

const INVITATION = 'Type what you want to see. It is painted while you type.';

export interface PaintedPictureProps {
  readonly painting: Painting;
  /** What the picture shows that a link brought along. */
  readonly title: string;
  /** That picture's name, or something that is none. */
  readonly shared: string;
  /** What an empty frame says to who has a key. */
  readonly invitation?: string;
  /** A picture that is shown instead, and what is said of it. */
  readonly frame?: { readonly url: string; readonly text: string } | undefined;
  /** What went wrong, if anything: above the picture, or in its place. */
  readonly children: ComponentChildren;
}

/** The picture in its frame, with what is known of it. */
export function PaintedPicture(props: PaintedPictureProps): JSX.Element {
  const { painting, title, shared, invitation = INVITATION, frame, children } = props;
  const { api, model, askForKey } = useSession();
  const { picture, isBusy } = painting;
  const said = picture?.wanted.title ?? title;
  const url = frame?.url ?? picture?.url ?? (isSharedFile(shared) ? `/i/${shared}` : undefined);
  return (
    <figure class="painted">
      {url !== undefined && children}
      <PictureFrame
        source={frame ? url : (picture?.source ?? url)}
        url={url}
        alt={said}
        px={picture?.px ?? model?.native ?? 64}
        isBusy={isBusy}
      >
        {children ? (
          children
        ) : api ? (
          <>
            <img class="frame-art" src="/favicon.svg" alt="" />
            <p>{invitation}</p>
          </>
        ) : (
          <>
            <img class="frame-art" src="/favicon.svg" alt="" />
            <p>With a key, it is painted while you type.</p>
            <button type="button" class="button" onClick={askForKey}>
              Add your key
            </button>
          </>
        )}
      </PictureFrame>
      <figcaption aria-live="polite">
        {url !== undefined && <span class="caption-prompt">{said}</span>}
        {frame ? (
          <span class="caption-detail">{frame.text}</span>
        ) : picture ? (
          <>
            <CacheBadge cache={picture.cache} units={picture.units} />
            <span class="caption-detail">
              seed {picture.seed} · {Math.round(picture.tookMs)} ms
            </span>
          </>
        ) : (
          url !== undefined && <span class="caption-detail">as it was shared with you</span>
        )}
      </figcaption>
    </figure>
  );
}
