import type { Painted } from './history-list.ts';

const NAME = 'galip.history';

/** What was painted in this browser. */
export const historyStore = {
  read(): Painted[] {
    try {
      const list: unknown = JSON.parse(localStorage.getItem(NAME) ?? '[]');
      return Array.isArray(list) ? list.filter(isPainted) : [];
    } catch {
      return [];
    }
  },
  write(list: readonly Painted[]): void {
    localStorage.setItem(NAME, JSON.stringify(list));
  },
};

function isPainted(entry: unknown): entry is Painted {
  const { place, title, file, thumbhash, at } = (entry ?? {}) as Record<string, unknown>;
  return (
    typeof place === 'string' &&
    typeof title === 'string' &&
    typeof file === 'string' &&
    /^[0-9a-f]{64}\.[a-z]{3,4}$/u.test(file) &&
    (thumbhash === undefined || typeof thumbhash === 'string') &&
    typeof at === 'number'
  );
}
