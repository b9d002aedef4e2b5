import type { ComponentChildren, JSX } from 'preact';
import { HistoryStrip } from './history-strip.tsx';

export interface PaintingLayoutProps {
  /** For who hears the page. */
  readonly heading: string;
  readonly prompts: ComponentChildren;
  /** With what belongs to it. */
  readonly picture: ComponentChildren;
  /** Beside the picture: what steers it, and what can be done with it. */
  readonly children: ComponentChildren;
}

/** A view of one picture: prompts, the picture, its controls, the history. */
export function PaintingLayout(props: PaintingLayoutProps): JSX.Element {
  const { heading, prompts, picture, children } = props;
  return (
    <div class="paint">
      <h1 class="unseen">{heading}</h1>
      {prompts}
      <div class="paint-columns">
        <div class="paint-side">{picture}</div>
        <div class="paint-side">{children}</div>
      </div>
      <HistoryStrip />
    </div>
  );
}
