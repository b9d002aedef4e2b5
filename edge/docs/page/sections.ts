import type { ApiDocument, Operation } from '../document.ts';

export interface Entry {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

export interface Section {
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** By how their paths begin, in the order of the page; what fits nowhere is the service's own. */
const TITLES = [
  ['Make pictures', /^\/v1\/(?:images|interpolations|grids|live)|^\/mcp/u],
  ['Pictures', /^\/(?:i|p|s)\/|^\/v1\/url-signing-secret/u],
  ['Jobs', /^\/v1\/jobs/u],
  ['Webhooks', /^\/v1\/webhooks/u],
  ['Usage and money', /^\/v1\/(?:usage|balance|receipts)|receipts/u],
  ['Keys and tenants', /^\/v1\/admin/u],
  ['Models and service', /^/u],
] as const;

export function sectionsOf({ paths }: ApiDocument): Section[] {
  const entries = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const groups = Map.groupBy(entries, ({ path }) => TITLES.find(([, pattern]) => pattern.test(path))?.[0]);
  return TITLES.flatMap(([title]) => {
    const found = groups.get(title);
    return found ? [{ title, entries: found }] : [];
  });
}
