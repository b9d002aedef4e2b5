// The image's health check, for engines that have no HTTP probes of their own: exits 0 while the backend is ready.

const { PORT = '8788' } = process.env;
/** Below the time-out of the image's HEALTHCHECK. */
const LIMIT_MS = 4_000;

try {
  const url = `http://127.0.0.1:${PORT}/health/ready`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) });
  process.exitCode = answer.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
