import { thumbHashToRGBA } from 'thumbhash';

/** RGBA, row by row. */
export interface BlurPixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Far more than any ThumbHash has. */
const MAX_LENGTH = 100;

/** The blurred picture that a ThumbHash in base64 stands for; undefined: it is none. */
export function blurPixelsOf(thumbhash: string): BlurPixels | undefined {
  if (thumbhash.length > MAX_LENGTH) return undefined;
  try {
    const bytes = Uint8Array.from(atob(thumbhash), (character) => character.charCodeAt(0));
    const { w: width, h: height, rgba } = thumbHashToRGBA(bytes);
    if (rgba.length === 0) return undefined;
    return { width, height, rgba: new Uint8ClampedArray(rgba) };
  } catch {
    return undefined;
  }
}
