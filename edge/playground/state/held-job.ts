import type { Sheet } from './composition-work.ts';

/** A job that is under way, and what it makes. */
export interface HeldJob<Of> {
  readonly id: string;
  readonly sheet: Sheet<Of>;
}

export interface HeldJobStore<Of> {
  read(): HeldJob<Of> | undefined;
  write(job: HeldJob<Of>): void;
  forget(): void;
}

/** The job of a view in this tab: it outlives the page, so that who comes back finds it. @param view by its name */
export function heldJobOf<Of>(view: string): HeldJobStore<Of> {
  const name = `galip.job.${view}`;
  return {
    read() {
      try {
        const job: unknown = JSON.parse(sessionStorage.getItem(name) ?? 'null');
        return isHeldJob<Of>(job) ? job : undefined;
      } catch {
        return undefined;
      }
    },
    write: (job) => sessionStorage.setItem(name, JSON.stringify(job)),
    forget: () => sessionStorage.removeItem(name),
  };
}

/** This page alone writes there: of what it wrote it is enough to know that it is whole. */
function isHeldJob<Of>(value: unknown): value is HeldJob<Of> {
  const { id, sheet } = (value ?? {}) as Partial<HeldJob<Of>>;
  return typeof id === 'string' && typeof sheet?.order?.path === 'string';
}
