/** How late the end of the launcher is seen; the system has no event for it. */
const POLL_MS = 250;

/**
 * Calls `end` once the program that started this one is gone. npm passes a SIGTERM on to the shell alone that it runs
 * scripts in, and the shell dies of it without a word to its child.
 */
export function followLauncher(end: () => void): void {
  const launcher = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(timer);
    end();
  }, POLL_MS);
  timer.unref();
}
