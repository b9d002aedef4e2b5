export interface CheckpointErrorOptions extends ErrorOptions {
  /** Path as the user gave it. */
  readonly file: string;
  /** Byte offset in the file, where one is to blame. */
  readonly offset?: number;
  readonly reason: string;
}

/** A checkpoint that is damaged, hostile or not of this family: which file, where in it and why. */
export class CheckpointError extends Error {
  readonly file: string;
  readonly offset: number | undefined;
  readonly reason: string;

  constructor({ file, offset, reason, ...options }: CheckpointErrorOptions) {
    super(`${file}${offset === undefined ? '' : ` at byte ${offset}`}: ${reason}`, options);
    this.name = 'CheckpointError';
    this.file = file;
    this.offset = offset;
    this.reason = reason;
  }
}
