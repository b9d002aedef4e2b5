import type { ComponentChildren, JSX } from 'preact';

export interface PictureFrameProps {
  /** Undefined: the frame is empty, and shows its children. */
  readonly url: string | undefined;
  /** Where its pixels are already; by default its URL. */
  readonly source?: string | undefined;
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
  alt,
  px,
  isBusy,
  children,
}: PictureFrameProps): JSX.Element {
  return (
    <div class="frame" aria-busy={isBusy} data-empty={url === undefined}>
      {url === undefined ? (
        <div class="frame-empty">{children}</div>
      ) : (
        <img src={source} data-url={url} alt={alt} style={{ '--picture-px': `${px}px` }} />
      )}
    </div>
  );
}
