import type { JSX } from 'preact';
import { CompositionBar } from '../../parts/composition-bar.tsx';
import { useCopy } from '../../parts/use-copy.ts';
import { saveFile } from '../../state/save-file.ts';
import { imgOf } from '../../state/snippets.ts';
import type { Composing } from '../../state/use-composition.ts';
import type { Player } from '../../state/use-player.ts';

export interface FilmBarProps {
  readonly composing: Composing;
  /** Whether what was made is of the present settings. */
  readonly isReady: boolean;
  readonly player: Player;
  readonly title: string;
}

/** Makes the way between two prompts a film, and plays it. */
export function FilmBar(props: FilmBarProps): JSX.Element {
  const { composing, isReady, player, title } = props;
  const element = useCopy();
  const file = composing.made?.file;
  if (!isReady || !file) {
    return (
      <CompositionBar composing={composing} action="Play" invitation="Say both ends, and see its price." />
    );
  }
  return (
    <div class="actions">
      <button type="button" class="button" onClick={player.isPlaying ? player.pause : player.play}>
        {player.isPlaying ? 'Pause' : 'Play'}
      </button>
      <button type="button" class="button quiet" onClick={() => void save(file.url, title)}>
        Download animation
      </button>
      <button
        type="button"
        class="button quiet"
        onClick={() => element.copy(imgOf(file.url, title, file.width))}
      >
        {element.isCopied ? 'Copied' : 'Copy as <img>'}
      </button>
    </div>
  );
}

async function save(url: string, title: string): Promise<void> {
  const name = title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  saveFile(`${name}.webp`, await (await fetch(url)).blob());
}
