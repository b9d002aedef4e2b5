import type { Recipe } from '../../gpu-backend/contract/fingerprint.ts';
import type { CompositionOrder } from '../compositions/composition-order.ts';

/** What a composition is made from: its request, without what decides nothing about it. */
export interface KeptComposition {
  readonly order: CompositionOrder;
  /** Digest of the model. */
  readonly model: string;
  /** Owner of a private one. */
  readonly tenant?: string | undefined;
}

/**
 * What every file that was ever made is made from: its URL outlives its object. A recipe has at most 512 bytes of what
 * people ask for: a prompt of 400 characters, a blend of eight, a morph through eight prompts, a grid of 64 cells. A longer
 * one is kept whole: a picture's up to 18 KiB (between two conditions of 8 KiB), a composition's up to 65 KiB (its request).
 */
export interface RecipeBook {
  /** Keeps a recipe for good; again changes nothing. Throws `storage_unavailable`. */
  keep(fingerprint: string, recipe: Recipe | KeptComposition): Promise<void>;
  /** Throws `storage_unavailable`. */
  find(fingerprint: string): Promise<Recipe | KeptComposition | undefined>;
}
