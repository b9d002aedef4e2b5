import type { JSX } from 'preact';
import type { GalipError } from '../../client/errors.ts';
import { useSession } from '../session.ts';
import type { SharedPicture } from '../state/shared-picture.ts';
import type { Painting } from '../state/use-painting.ts';
import { CacheBadge } from './cache-badge.tsx';
import { FailureNotice } from './failure-notice.tsx';
import { PictureFrame } from './picture-frame.tsx';

const INVITATION = 'Type what you want to see. It is painted while you type.';

export interface PaintedPictureProps {
  readonly painting: Painting;
  /** What `shared` shows. */
  readonly title: string;
  readonly shared: SharedPicture | undefined;
  /** What an empty frame says to who has a key. */
  readonly invitation?: string;
  /** A picture that is shown instead, and what is said of it. */
  readonly frame?:
    | { readonly url: string; readonly thumbhash: string | null; readonly text: string }
    | undefined;
  /** What went wrong, if anything: said above the picture, or in its place. */
  readonly failure: GalipError | undefined;
  /** Undefined: trying again makes no difference. */
  readonly onRetry: (() => void) | undefined;
}

/** The picture in its frame, with what is known of it. */
export function PaintedPicture(props: PaintedPictureProps): JSX.Element {
  const { painting, title, shared, invitation = INVITATION, frame, failure, onRetry } = props;
  const { api, model, askForKey } = useSession();
  const { picture, isBusy } = painting;
  const said = picture?.wanted.title ?? title;
  const url = frame?.url ?? picture?.url ?? (shared && `/i/${shared.file}`);
  const problem = failure && <FailureNotice failure={failure} onRetry={onRetry} />;
  return (
    <figure class="painted">
      {url !== undefined && problem}
      <PictureFrame
        source={frame ? url : (picture?.source ?? url)}
        url={url}
        thumbhash={(frame ?? picture ?? shared)?.thumbhash}
        alt={said}
        px={picture?.px ?? model?.native ?? 64}
        isBusy={isBusy}
      >
        {problem ? (
          problem
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
