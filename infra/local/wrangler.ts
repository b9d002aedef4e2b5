import { fileURLToPath } from 'node:url';

/** wrangler's program, run without its launcher: one process less between a signal and workerd. */
export const WRANGLER: string = fileURLToPath(import.meta.resolve('wrangler'));

/** The environment of wrangler.toml that these tools use. */
export const WRANGLER_ENVIRONMENT = 'local';

/** The program's environment: no telemetry, no look-ups over the network, nothing written outside of `dataDir`. */
export function wranglerEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  dataDir: string,
): Record<string, string | undefined> {
  return {
    ...environment,
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_REGISTRY_PATH: `${dataDir}/wrangler/registry`,
    WRANGLER_SEND_ERROR_REPORTS: 'false',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_WRITE_LOGS: 'false',
  };
}

/** Where `wrangler --persist-to` keeps D1, R2 and Durable Objects. */
export function wranglerStateDir(dataDir: string): string {
  return `${dataDir}/wrangler`;
}
