/** What a policy is asked before money is reserved. */
interface PolicyQuestion {
  /** Canonical prompt. @see ../../gpu-backend/contract/canonicalise.ts */
  readonly prompt: string;
  readonly tenant: string;
}

/** Whether pictures may be made of a prompt. */
export interface PromptPolicy {
  /** Throws `policy_unavailable` when it cannot tell: what nobody has judged is not made. */
  allows(question: PolicyQuestion): Promise<boolean>;
}

/** Allows what each of the policies allows; asks them in order, the rest not at all after a no. */
export function allOf(policies: readonly PromptPolicy[]): PromptPolicy {
  return {
    async allows(question) {
      for (const policy of policies) if (!(await policy.allows(question))) return false;
      return true;
    },
  };
}
