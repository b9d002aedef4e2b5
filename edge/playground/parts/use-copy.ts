import { useEffect, useState } from 'preact/hooks';

/** How long a button says that it has copied. */
const SAID_MS = 1_600;

/** Puts a text on the clipboard, and says so for a while. */
export function useCopy(): { readonly isCopied: boolean; readonly copy: (text: string) => void } {
  const [copiedAt, setCopiedAt] = useState(0);
  useEffect(() => {
    if (copiedAt === 0) return;
    const timer = setTimeout(() => setCopiedAt(0), SAID_MS);
    return () => clearTimeout(timer);
  }, [copiedAt]);
  return {
    isCopied: copiedAt !== 0,
    copy: (text) => {
      void navigator.clipboard.writeText(text).then(() => setCopiedAt(performance.now()));
    },
  };
}
