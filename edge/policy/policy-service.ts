import { z } from 'zod';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { type SigningKey, signRequest } from '../../gpu-backend/contract/signature.ts';
import type { PromptPolicy } from './prompt-policy.ts';

/** A check that takes longer is as good as none: the client waits for it before anything else happens. */
const POLICY_TIMEOUT_MS = 3_000;

const answerSchema = z.object({ allowed: z.boolean() });

export interface PolicyServiceOptions {
  readonly url: URL;
  readonly signingKey: SigningKey;
  readonly fetcher: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Asks a service over HTTP, signed as requests to the backend are: `{prompt, tenant}` → `{allowed}`. */
export function createPolicyService({ url, signingKey, fetcher, now }: PolicyServiceOptions): PromptPolicy {
  return {
    async allows({ prompt, tenant }) {
      const body = new Uint8Array(new TextEncoder().encode(JSON.stringify({ prompt, tenant })));
      try {
        const signature = await signRequest({ method: 'POST', path: url.pathname, body }, signingKey, {
          timestamp: Math.floor(now() / 1000),
          nonce: crypto.randomUUID(),
        });
        const response = await fetcher(url, {
          method: 'POST',
          headers: { ...signature, 'content-type': 'application/json' },
          body,
          redirect: 'manual',
          signal: AbortSignal.timeout(POLICY_TIMEOUT_MS),
        });
        if (response.status !== 200)
          throw new Error(`policy service answered with status ${response.status}`);
        return answerSchema.parse(await response.json()).allowed;
      } catch (cause) {
        throw new ApiError('policy_unavailable', { cause });
      }
    },
  };
}
