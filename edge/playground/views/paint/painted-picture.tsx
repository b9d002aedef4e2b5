import type { ComponentChildren, JSX } from 'preact';
import { CacheBadge } from '../../parts/cache-badge.tsx';
import { PictureFrame } from '../../parts/picture-frame.tsx';
import { useSession } from '../../session.ts';
import type { Recipe } from '../../state/recipe.ts';
import type { Painting } from '../../state/use-painting.ts';
import { isSharedFile } from './shared-file.ts';

export interface PaintedPictureProps {
  readonly painting: Painting;
  readonly recipe: Recipe;
  /** The picture that a link brought along, or something that is none. */
  readonly shared: string;
  /** What went wrong, if anything: above the picture, or in its place. */
  readonly children: ComponentChildren;
}

/** The picture in its frame, with what is known of it. */
export function PaintedPicture({ painting, recipe, shared, children }: PaintedPictureProps): JSX.Element {
  const { api, model, askForKey } = useSession();
  const { picture, isBusy } = painting;
  const prompt = picture?.recipe.prompt ?? recipe.prompt;
  const url = picture?.url ?? (isSharedFile(shared) ? `/i/${shared}` : undefined);
  return (
    <figure class="painted">
      {url !== undefined && children}
      <PictureFrame
        url={url}
        alt={prompt}
        px={(model?.native ?? 64) * (picture?.recipe.scale ?? recipe.scale)}
        isBusy={isBusy}
      >
        {children ? (
          children
        ) : api ? (
          <p>Type what you want to see. It is painted while you type.</p>
        ) : (
          <>
            <p>With a key, it is painted while you type.</p>
            <button type="button" class="button" onClick={askForKey}>
              Add your key
            </button>
          </>
        )}
      </PictureFrame>
      <figcaption aria-live="polite">
        {picture && (
          <>
            <span class="caption-prompt">{prompt}</span>
            <CacheBadge cache={picture.cache} units={picture.units} />
            <span class="caption-detail">
              seed {picture.seed} · {Math.round(picture.tookMs)} ms
            </span>
          </>
        )}
        {!picture && url && (
          <>
            <span class="caption-prompt">{prompt}</span>
            <span class="caption-detail">as it was shared with you</span>
          </>
        )}
      </figcaption>
    </figure>
  );
}
