import type { JSX } from 'preact';

/** Things that the bundled model knows. */
const EXAMPLES = [
  'a red apple',
  'penguin',
  'pizza',
  'grinning face',
  'blue heart',
  'sunflower',
  'rainbow',
  'strawberry',
];

export interface ExamplesProps {
  readonly prompt: string;
  readonly onChoose: (prompt: string) => void;
}

export function Examples({ prompt, onChoose }: ExamplesProps): JSX.Element {
  return (
    <ul class="examples" aria-label="Examples">
      {EXAMPLES.map((example) => (
        <li key={example}>
          <button
            type="button"
            class="chip"
            aria-pressed={example === prompt}
            onClick={() => onChoose(example)}
          >
            {example}
          </button>
        </li>
      ))}
    </ul>
  );
}
