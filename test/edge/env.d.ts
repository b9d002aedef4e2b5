import type { D1Migration } from 'cloudflare:test';
import type { WorkerEnv } from '../../edge/config.ts';

declare global {
  namespace Cloudflare {
    interface Env extends WorkerEnv {
      readonly MIGRATIONS: D1Migration[];
    }
  }
}
