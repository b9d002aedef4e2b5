/** Memory that accepted requests may take together, counted from the door to the answer. */
export interface ByteBudget {
  /** Undefined: there is not so much left. Otherwise to be called once, when the memory is free again. */
  take(sizeBytes: number): (() => void) | undefined;
  usedBytes(): number;
}

/** @param limitBytes a single request that is larger passes when nothing else is held. */
export function createByteBudget(limitBytes: number): ByteBudget {
  let used = 0;
  return {
    usedBytes: () => used,
    take(sizeBytes) {
      if (used > 0 && used + sizeBytes > limitBytes) return undefined;
      used += sizeBytes;
      return () => {
        used -= sizeBytes;
      };
    },
  };
}
