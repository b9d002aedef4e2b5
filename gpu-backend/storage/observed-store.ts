import type { ObjectStore } from './object-store.ts';

export interface StoreOperation {
  readonly operation: keyof ObjectStore;
  readonly outcome: 'ok' | 'failed';
  readonly ms: number;
}

/** The same store; tells of each operation how it went and how long it took. */
export function observeStore(
  store: ObjectStore,
  onOperation: (operation: StoreOperation) => void,
): ObjectStore {
  const observed = async <T>(operation: keyof ObjectStore, work: Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const tell = (outcome: StoreOperation['outcome']): void =>
      onOperation({ operation, outcome, ms: performance.now() - startedAt });
    try {
      const result = await work;
      tell('ok');
      return result;
    } catch (error) {
      tell('failed');
      throw error;
    }
  };
  return {
    putIfAbsent: (...call) => observed('putIfAbsent', store.putIfAbsent(...call)),
    get: (key) => observed('get', store.get(key)),
    head: (key) => observed('head', store.head(key)),
  };
}
