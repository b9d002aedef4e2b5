/** Axes of a grid by their names in options and signed URLs: the parameter that requests have for each. */
export const AXIS_NAMES = {
  seed: 'seed',
  truncation: 'truncation',
  variation: 'variation_seed',
  strength: 'variation_strength',
} as const;
