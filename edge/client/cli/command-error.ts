/** What the user can act on: its message is printed alone, and the exit code is that of a wrong command line. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
