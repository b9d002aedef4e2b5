/** Who scores: the model's own CLIP, or one that took no part in the generator's training. */
export const SCORE_JUDGES = ['clip', 'independent'] as const;

export type ScoreJudge = (typeof SCORE_JUDGES)[number];
