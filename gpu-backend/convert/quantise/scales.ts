import type { Range, Ranges } from './ranges.ts';

/** How a map is kept in eight bits: value = scale · (byte − zero point), bytes 0 … 255, one of each a channel. */
export interface Scales {
  readonly scale: Float32Array;
  readonly zeroPoint: Uint8Array;
}

const LEVELS = 255;
/** Of the map's range that a channel's has at least: some channels are silent until a prompt comes that was not seen. */
const LEAST_SHARE = 0.2;

/** Each channel's own scale and zero point. */
export function outputScales(ranges: Ranges): Scales {
  const widened = widen(ranges);
  const scale = Float32Array.from(widened, ({ min, max }) => (max - min) / LEVELS || 1);
  const zeroPoint = Uint8Array.from(widened, ({ min }, channel) =>
    Math.min(LEVELS, Math.round(-min / (scale[channel] as number))),
  );
  return { scale, zeroPoint };
}

/**
 * One zero point for all channels, as borders are made of it, and each channel's own scale.
 * @param isShared whether the scale is one for all too.
 */
export function inputScales(ranges: Ranges, isShared: boolean): Scales {
  const own = isShared ? [union(ranges)] : widen(ranges);
  const tried = Array.from({ length: LEVELS - 1 }, (_, zeroPoint) => {
    const scales = own.map((range) => scaleWith(range, zeroPoint));
    // How much wider than needed, squared, as errors add up; channels count alike, whatever their range.
    const waste = own.reduce(
      (sum, { min, max }, at) => sum + ((scales[at] as number) / (max - min || 1)) ** 2,
      0,
    );
    return { scales, waste, zeroPoint };
  });
  const { scales, zeroPoint } = tried.reduce((least, one) => (one.waste < least.waste ? one : least));
  return {
    scale: Float32Array.from(ranges, (_, channel) => scales[isShared ? 0 : channel] as number),
    zeroPoint: new Uint8Array(ranges.length).fill(zeroPoint),
  };
}

/** The least scale that holds a range whose zero is the byte `zeroPoint`. */
function scaleWith({ min, max }: Range, zeroPoint: number): number {
  const below = min < 0 ? -min / zeroPoint : 0;
  return Math.max(max / (LEVELS - zeroPoint), below) || 1;
}

function widen(ranges: Ranges): Ranges {
  const whole = union(ranges);
  return ranges.map(({ min, max }) => ({
    min: Math.min(min, whole.min * LEAST_SHARE),
    max: Math.max(max, whole.max * LEAST_SHARE),
  }));
}

function union(ranges: Ranges): Range {
  return {
    min: Math.min(...ranges.map(({ min }) => min)),
    max: Math.max(...ranges.map(({ max }) => max)),
  };
}
