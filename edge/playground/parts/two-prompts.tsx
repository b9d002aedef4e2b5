import type { JSX } from 'preact';
import { Examples } from './examples.tsx';
import { PromptBox } from './prompt-box.tsx';

interface PromptOfTwo {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
}

export interface TwoPromptsProps {
  readonly first: PromptOfTwo;
  readonly second: PromptOfTwo;
  /** Stands between the two of an example. */
  readonly sign: string;
  readonly examples: readonly (readonly [first: string, second: string])[];
  readonly onChange: (first: string, second: string) => void;
  /** Enter. */
  readonly onSubmit: () => void;
}

/** Two prompts side by side, and pairs to begin with. */
export function TwoPrompts(props: TwoPromptsProps): JSX.Element {
  const { first, second, sign, examples, onChange, onSubmit } = props;
  return (
    <>
      <div class="two-prompts">
        <PromptBox
          {...first}
          isMain
          onChange={(prompt) => onChange(prompt, second.value)}
          onSubmit={onSubmit}
        />
        <PromptBox {...second} onChange={(prompt) => onChange(first.value, prompt)} onSubmit={onSubmit} />
      </div>
      <Examples
        examples={examples.map(([one, other]) => ({
          text: `${one} ${sign} ${other}`,
          isChosen: one === first.value && other === second.value,
          choose: () => onChange(one, other),
        }))}
      />
    </>
  );
}
