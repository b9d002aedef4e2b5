import type { JSX } from 'preact';
import type { Usage } from '../../../client/api-types.ts';

export interface UsageTableProps {
  readonly caption: string;
  /** Head of the first column. */
  readonly first: string;
  readonly groups: Usage['data'];
  readonly total: Usage['total'];
}

/** A chart's numbers. */
export function UsageTable({ caption, first, groups, total }: UsageTableProps): JSX.Element {
  return (
    <details>
      <summary>As a table</summary>
      <table class="table">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{first}</th>
            <th scope="col">Pictures</th>
            <th scope="col">Units</th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ group, pictures, units }) => (
            <tr key={group}>
              <th scope="row">{group}</th>
              <td>{pictures}</td>
              <td>{units}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">In all</th>
            <td>{total.pictures}</td>
            <td>{total.units}</td>
          </tr>
        </tfoot>
      </table>
    </details>
  );
}
