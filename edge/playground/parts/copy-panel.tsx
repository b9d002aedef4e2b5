import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Segments } from './segments.tsx';
import { useCopy } from './use-copy.ts';

export interface Snippet {
  readonly name: string;
  readonly text: string;
}

/** The picture as code: one of several texts, to be copied. */
export function CopyPanel({ snippets }: { snippets: readonly Snippet[] }): JSX.Element | null {
  const [chosen, setChosen] = useState(0);
  const { isCopied, copy } = useCopy();
  const snippet = snippets[chosen] ?? snippets[0];
  if (!snippet) return null;
  return (
    <section class="copy" aria-label="As code">
      <div class="copy-head">
        <Segments
          label="As code"
          options={snippets.map(({ name }, index) => ({ value: index, text: name }))}
          value={chosen}
          onChange={setChosen}
        />
        <button type="button" class="button quiet" onClick={() => copy(snippet.text)}>
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre tabIndex={0}>
        <code>{snippet.text}</code>
      </pre>
    </section>
  );
}
