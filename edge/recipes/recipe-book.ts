import type { Recipe } from '../../gpu-backend/contract/fingerprint.ts';

/** What every picture that was ever made is made from: its URL outlives its object. */
export interface RecipeBook {
  /** Keeps a picture's recipe for good; again changes nothing. Throws `storage_unavailable`. */
  keep(fingerprint: string, recipe: Recipe): Promise<void>;
  /** Throws `storage_unavailable`. */
  find(fingerprint: string): Promise<Recipe | undefined>;
}
