import type { Clock } from '../../../edge/durable/clock.ts';
import { createNodeSql, type NodeSql } from '../../fakes/node-sql.ts';
import { createFaults, type Faults } from './faults.ts';
import type { Host } from './host.ts';
import { createLives, type Lives } from './lives.ts';
import { createNetwork, type Network } from './network.ts';
import { createRandom, type Random } from './random.ts';
import { createTrace, type Trace } from './trace.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';

/** What all simulated parts of one run share. */
export interface World {
  readonly random: Random;
  readonly time: VirtualTime;
  readonly lives: Lives;
  /** As who runs sees it: the dead are not called back. */
  readonly clock: Clock;
  readonly faults: Faults;
  readonly network: Network;
  readonly trace: Trace;
  /** A database that goes with the run. @see createNodeSql */
  openSql(kind?: string): NodeSql;
  /** All objects that can be evicted. */
  readonly hosts: Pick<Host<unknown>, 'evict'>[];
  close(): void;
}

/** Half an hour before the end of a month, or in the middle of a day: both must do. */
const STARTS = [Date.UTC(2026, 10, 30, 23, 58), Date.UTC(2026, 10, 23, 12)] as const;

export function createWorld(seed: number, isTraced: boolean): World {
  const random = createRandom(seed);
  const time = createVirtualTime(random.pick(STARTS));
  const trace = createTrace(isTraced, time.now);
  const lives = createLives(time, (name) => trace.note(`${name} died`));
  const faults = createFaults(random);
  const databases: NodeSql[] = [];
  return {
    random,
    time,
    lives,
    clock: { now: time.now, after: lives.after },
    faults,
    trace,
    network: createNetwork({ lives, faults, trace }),
    openSql(kind) {
      const sql = createNodeSql(kind);
      databases.push(sql);
      return sql;
    },
    hosts: [],
    close() {
      for (const sql of databases) sql.close();
    },
  };
}
