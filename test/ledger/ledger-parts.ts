import type { LedgerStep } from '../../edge/ledger/crash-point.ts';
import type { LedgerPart, LedgerPartOf } from '../../edge/ledger/ledger.ts';
import { createLedgerCore, type LedgerCore } from '../../edge/ledger/ledger-core.ts';
import { placeOfLedger } from '../../edge/ledger/ledger-name.ts';
import type { Sql } from '../../edge/ledger/sql.ts';
import { createNodeSql } from '../fakes/node-sql.ts';

/** What goes wrong once, from now on. */
export interface Trouble {
  /** The process dies at this step. */
  readonly step?: LedgerStep | undefined;
  /** So many calls from now, one is lost … */
  readonly lostCall?: number | undefined;
  /** … before it is done, or its answer. */
  readonly isAnswerLost?: boolean;
}

export class CallLost extends Error {}

/** All ledgers of a tenant in one process, with calls that get lost and ledgers that die. */
export interface LedgerParts {
  readonly partOf: LedgerPartOf;
  readonly databases: ReadonlyMap<string, Sql>;
  trouble: Trouble;
  /** Delivers once more a call between ledgers that was made long ago; its answer reaches nobody. */
  repeatOldCall(seed: number): void;
}

/** Calls that move units between ledgers. */
type MovingCall = (core: LedgerCore) => unknown;

export function createLedgerParts(now: () => number): LedgerParts {
  const databases = new Map<string, Sql>();
  const cores = new Map<string, LedgerCore>();
  const moved: { readonly name: string; readonly call: MovingCall }[] = [];
  const parts: LedgerParts = {
    trouble: {},
    databases,
    repeatOldCall(seed) {
      const old = moved[seed % Math.max(1, moved.length)];
      if (old) old.call(coreOf(old.name));
    },
    partOf(name): LedgerPart {
      const moves = <T>(call: (core: LedgerCore) => T): Promise<T> => {
        moved.push({ name, call });
        return ask(name, call);
      };
      return {
        reserve: (request) => ask(name, (core) => core.reserve(request)),
        settle: (settlement) => ask(name, (core) => core.settle(settlement)),
        record: (request) => ask(name, (core) => core.record(request)),
        allowance: (spender) => ask(name, (core) => core.allowance(spender)),
        supply: (shortage) => moves((core) => core.supply(shortage)),
        giveBack: (allotments) => moves((core) => core.giveBack(allotments)),
        takeBack: (shard, reports) => moves((core) => core.takeBack(shard, reports)),
        usage: (query) => ask(name, (core) => core.usage(query)),
        charges: (query) => ask(name, (core) => core.charges(query)),
        resend: (chargeIds) => ask(name, (core) => core.resend(chargeIds)),
        credit: (grant) => ask(name, (core) => core.credit(grant)),
        balance: () =>
          ask(name, (core) => {
            core.expire();
            return core.balance();
          }),
      };
    },
  };
  return parts;

  function coreOf(name: string): LedgerCore {
    const known = cores.get(name);
    if (known) return known;
    const sql = databases.get(name) ?? createNodeSql();
    databases.set(name, sql);
    const crashPoint = (step: LedgerStep): void => {
      if (step !== parts.trouble.step) return;
      cores.delete(name);
      parts.trouble = {};
      throw new CallLost(step);
    };
    const core = createLedgerCore({ sql, ...placeOfLedger(name), now, crashPoint });
    cores.set(name, core);
    return core;
  }

  async function ask<T>(name: string, call: (core: LedgerCore) => T): Promise<T> {
    const { lostCall, isAnswerLost = false } = parts.trouble;
    if (lostCall !== undefined) parts.trouble = { ...parts.trouble, lostCall: lostCall - 1 };
    const isLost = lostCall === 0;
    if (isLost && !isAnswerLost) throw new CallLost('request');
    const answer = call(coreOf(name));
    if (isLost) throw new CallLost('answer');
    return answer;
  }
}
