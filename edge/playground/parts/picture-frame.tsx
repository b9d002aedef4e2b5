import type { ComponentChildren, JSX } from 'preact';
import { Blur } from './blur.tsx';

export interface PictureFrameProps {
  /** Undefined: the frame is empty, and shows its children. */
  readonly url: string | undefined;
  /** Where its pixels are already; by default its URL. */
  readonly source?: string | undefined;
  /** In base64: what is shown until it is there. */
  readonly thumbhash?: string | null | undefined;
  readonly alt: string;
  /** The picture's own edge. */
  readonly px: number;
  readonly isBusy: boolean;
  readonly children?: ComponentChildren;
}

/** A print under a mat: the picture many times its size, pixel by pixel. */
export function PictureFrame({
  url,
  source = url,
  thumbhash,
  alt,
  px,
  isBusy,
  children,
}: PictureFrameProps): JSX.Element {
  return (
    <div
      class="frame"
      aria-busy={isBusy}
      data-empty={url === undefined}
      style={{ '--picture-px': `${px}px` }}
    >
      {url === undefined ? (
        <div class="frame-empty">{children}</div>
      ) : (
        <>
          <Blur thumbhash={thumbhash} />
          <img src={source} data-url={url} alt={alt} />
        </>
      )}
    </div>
  );
}
