export const VIEWS = ['paint', 'morph', 'mix', 'grid', 'console'] as const;
export type ViewName = (typeof VIEWS)[number];

/** What the URL's fragment names: a view, and what it shows. No key is ever in it. */
export interface Place {
  readonly view: ViewName;
  readonly params: URLSearchParams;
}

/** @param fragment as `#/paint?prompt=a+red+apple`. */
export function parsePlace(fragment: string): Place {
  const [, name = '', query = ''] = /^#?\/?([a-z]*)(?:\?(.*))?$/su.exec(fragment) ?? [];
  const view = VIEWS.find((known) => known === name);
  return { view: view ?? 'paint', params: new URLSearchParams(view ? query : '') };
}

export function formatPlace({ view, params }: Place): string {
  const query = params.toString();
  return `#/${view}${query === '' ? '' : `?${query}`}`;
}
