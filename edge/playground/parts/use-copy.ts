import { useEffect, useState } from 'preact/hooks';
import { copyText } from '../state/copy-text.ts';

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
      void copyText(text).then(() => setCopiedAt(performance.now()));
    },
  };
}
