import { ConnectionLost, type Life, type Lives } from './lives.ts';

/** Where an object lives: it wakes when it is called, may die at any moment, and then wakes with its storage alone. */
export interface Host<Core> {
  /** Rejects with ConnectionLost when the object dies meanwhile. */
  serve<T>(work: (core: Core) => T | Promise<T>): Promise<T>;
  /** The object's memory goes, and with it what it was at. */
  evict(): void;
}

export interface HostOptions<Core> {
  readonly name: string;
  readonly lives: Lives;
  readonly open: (life: Life) => Core;
}

export function createHost<Core>({ name, lives, open }: HostOptions<Core>): Host<Core> {
  let awake: { readonly life: Life; readonly core: Core } | undefined;
  return {
    async serve(work) {
      if (!awake?.life.isAlive) {
        const started = lives.start(name);
        awake = { life: started, core: lives.run(started, () => open(started)) };
      }
      const { life, core } = awake;
      try {
        return await Promise.race([lives.run(life, async () => work(core)), life.death]);
      } catch (error) {
        throw life.isAlive ? error : new ConnectionLost(`${name} died`);
      }
    },
    evict: () => awake?.life.kill(),
  };
}
