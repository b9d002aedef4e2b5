/** A square picture, `[size, size, 3]` bytes sRGB, row by row. */
export interface Pixels {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly size: number;
}

/**
 * The generator's image to pixels: `[3, size, size]` float32, nominally −1 … 1 → `[size, size, 3]` bytes, as
 * x · 127.5 + 127.5, clamped to 0 … 255 and rounded half to even (the conversion of `Uint8ClampedArray`, ECMAScript
 * ToUint8Clamp, does both).
 * @throws RangeError when a value is not a number: the picture would be a lie.
 */
export function pixelsFromImage(image: Float32Array, size: number): Pixels {
  const plane = size * size;
  if (image.length !== 3 * plane) throw new RangeError(`image has ${image.length} values, not 3·${size}²`);
  const data = new Uint8ClampedArray(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    for (let at = 0; at < plane; at++) {
      const value = image[channel * plane + at] as number;
      if (Number.isNaN(value)) throw new RangeError(`image value ${channel * plane + at} is not a number`);
      data[at * 3 + channel] = value * 127.5 + 127.5;
    }
  }
  return { data, size };
}
