/** Tells a person at a terminal how far it is; nobody else. */
export interface Progress {
  /** Replaces what is shown. */
  show(text: string): void;
  /** Takes it away. */
  end(): void;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
const CLEAR_LINE = '\r\u001B[2K';

export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** One line that moves, with the seconds so far. */
export function createProgress(stream: ProgressStream): Progress {
  if (!stream.isTTY) return { show: () => undefined, end: () => undefined };
  const begin = Date.now();
  let text = '';
  let frame = 0;
  const draw = (): void => {
    const seconds = ((Date.now() - begin) / 1000).toFixed(1);
    const line = `${FRAMES[frame++ % FRAMES.length]} ${text}  ${seconds} s`;
    stream.write(CLEAR_LINE + line.slice(0, (stream.columns || 80) - 1));
  };
  const timer = setInterval(draw, FRAME_MS);
  return {
    show(next) {
      text = next;
      draw();
    },
    end() {
      clearInterval(timer);
      stream.write(CLEAR_LINE);
    },
  };
}
