import type { ComponentChildren, JSX } from 'preact';
import { HistoryStrip } from './history-strip.tsx';

export interface PaintingLayoutProps {
  /** For who hears the page. */
  readonly heading: string;
  readonly prompts: ComponentChildren;
  readonly picture: ComponentChildren;
  /** Below both columns. */
  readonly below?: ComponentChildren;
  /** Beside the picture: what steers it, and what can be done with it. */
  readonly children: ComponentChildren;
}

/** A view of one picture: prompts, the picture, its controls, the history. */
export function PaintingLayout(props: PaintingLayoutProps): JSX.Element {
  const { heading, prompts, picture, below, children } = props;
  return (
    <div class="paint">
      <h1 class="unseen">{heading}</h1>
      {prompts}
      <div class="paint-columns">
        {picture}
        <div class="paint-side">{children}</div>
      </div>
      {below}
      <HistoryStrip />
    </div>
  );
}
