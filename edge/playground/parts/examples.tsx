import type { JSX } from 'preact';

export interface Example {
  readonly text: string;
  readonly isChosen: boolean;
  readonly choose: () => void;
}

/** Prompts to begin with, which the bundled model knows. */
export function Examples({ examples }: { examples: readonly Example[] }): JSX.Element {
  return (
    <ul class="examples" aria-label="Examples">
      {examples.map(({ text, isChosen, choose }) => (
        <li key={text}>
          <button type="button" class="chip" aria-pressed={isChosen} onClick={choose}>
            {text}
          </button>
        </li>
      ))}
    </ul>
  );
}
