import type { JSX } from 'preact';
import { Blur } from './blur.tsx';

export interface ThumbnailProps {
  readonly url: string;
  readonly alt: string;
  /** Of its edge, CSS pixels. */
  readonly px: number;
  readonly thumbhash: string | null | undefined;
}

/** A small picture; its blur until it is there. */
export function Thumbnail({ url, alt, px, thumbhash }: ThumbnailProps): JSX.Element {
  return (
    <span class="thumbnail">
      <Blur thumbhash={thumbhash} />
      <img src={url} alt={alt} width={px} height={px} loading="lazy" />
    </span>
  );
}
