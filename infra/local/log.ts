import { stripVTControlCharacters, styleText } from 'node:util';

type Colour = 'cyan' | 'magenta' | 'yellow';

/** One part's lines on the terminal. */
export interface PartLog {
  write(line: string): void;
  /** Keeps lines back from now on … */
  hold(): void;
  /** … until they are dropped, since all went well, or shown. */
  release(how: 'drop' | 'show'): void;
}

const NAME_WIDTH = 7;

/** Puts the part's name before each of its lines; colours on a terminal only. */
export function createPartLog(name: string, colour: Colour, stream: NodeJS.WriteStream): PartLog {
  const prefix = styleText(colour, `${name.padEnd(NAME_WIDTH)} │`, { stream });
  let held: string[] | undefined;
  const show = (line: string) => {
    const text = stream.isTTY ? line : stripVTControlCharacters(line);
    if (text.trim() !== '') stream.write(`${prefix} ${text}\n`);
  };
  return {
    write(line) {
      if (held) held.push(line);
      else show(line);
    },
    hold() {
      held ??= [];
    },
    release(how) {
      const lines = held ?? [];
      held = undefined;
      if (how === 'show') lines.forEach(show);
    },
  };
}
