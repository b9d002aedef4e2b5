import type { PerChannel } from './image-encoder.ts';

/** CLIP's own statistics. @see https://github.com/openai/CLIP/blob/main/clip/clip.py `_transform` */
export const CLIP_MEAN: PerChannel = [0.48145466, 0.4578275, 0.40821073];
export const CLIP_STD: PerChannel = [0.26862954, 0.26130258, 0.27577711];
