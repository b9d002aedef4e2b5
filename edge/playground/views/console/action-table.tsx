import type { ComponentChildren, JSX } from 'preact';

export interface ActionTableProps {
  /** What it lists: for who hears it. */
  readonly label: string;
  /** Heads of the columns before the last, which has what can be done. */
  readonly columns: readonly string[];
  /** Its rows. */
  readonly children: ComponentChildren;
}

/** Rows with what can be done to each; where it is wider than the page, it scrolls. */
export function ActionTable({ label, columns, children }: ActionTableProps): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="scroll" tabIndex={0} aria-label={label}>
      <table class="table">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
            <th scope="col">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
