import type { PictureName } from '../pictures/picture-name.ts';
import type { CompositionPlan, FlightPlan, PicturePlan } from './flight.ts';

export function isComposition<T extends FlightPlan>(plan: T): plan is Extract<T, CompositionPlan> {
  return 'file' in plan;
}

export function isPicture<T extends FlightPlan>(plan: T): plan is Extract<T, PicturePlan> {
  return !('file' in plan);
}

/** The name of what a flight makes. */
export function nameOfPlan(plan: FlightPlan): PictureName {
  const { format, tenant } = isComposition(plan) ? plan.file : plan.recipe;
  return { fingerprint: plan.fingerprint, format, tenant };
}
