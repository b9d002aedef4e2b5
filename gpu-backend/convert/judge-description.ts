import { readFile } from 'node:fs/promises';
import { parse } from 'node:path';
import { z } from 'zod';
import { CheckpointError } from './checkpoint/checkpoint-error.ts';
import type { PerChannel } from './models/image-encoder.ts';
import { CLIP_MEAN, CLIP_STD } from './models/pixel-statistics.ts';

/** What a checkpoint's tensors don't tell of the pictures that its CLIP takes. */
export interface JudgeDescription {
  readonly imageMean: PerChannel;
  readonly imageStd: PerChannel;
  /** Edge, pixels; undefined: not told. */
  readonly imageSize?: number | undefined;
}

const perChannel = z.tuple([z.number(), z.number(), z.number()]);

/** What our training writes beside each `clip.pth`, as far as it matters here. */
const describedSchema = z.object({
  clip: z.object({
    image_size: z.int().positive().optional(),
    image_mean: perChannel.default([...CLIP_MEAN]),
    image_std: perChannel.refine((std) => std.every((one) => one > 0)).default([...CLIP_STD]),
  }),
});

/**
 * Reads the JSON beside a checkpoint (`clip.json` of `clip.pth`); where there is none, the statistics are CLIP's own.
 * @throws CheckpointError when it cannot be understood.
 */
export async function readJudgeDescription(checkpoint: string): Promise<JudgeDescription> {
  const { dir, name } = parse(checkpoint);
  const file = `${dir}/${name}.json`;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { imageMean: CLIP_MEAN, imageStd: CLIP_STD };
  }
  const described = describedSchema.safeParse(parseJson(file, text));
  if (!described.success) throw new CheckpointError({ file, reason: z.prettifyError(described.error) });
  const { image_mean: imageMean, image_std: imageStd, image_size: imageSize } = described.data.clip;
  return { imageMean, imageStd, imageSize };
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError({ file, reason: 'is not JSON', cause });
  }
}
