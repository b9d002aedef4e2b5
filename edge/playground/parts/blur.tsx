import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { blurPixelsOf } from '../state/blur-pixels.ts';

/** What stands where a picture comes, until it does: the picture, blurred, from its ThumbHash. */
export function Blur({ thumbhash }: { thumbhash: string | null | undefined }): JSX.Element | null {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const pixels = thumbhash == null ? undefined : blurPixelsOf(thumbhash);
    if (!canvas.current || !pixels) return;
    const { width, height, rgba } = pixels;
    canvas.current.width = width;
    canvas.current.height = height;
    canvas.current.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0);
  }, [thumbhash]);
  if (thumbhash == null) return null;
  return (
    <span class="blur" aria-hidden="true">
      <canvas ref={canvas} />
    </span>
  );
}
