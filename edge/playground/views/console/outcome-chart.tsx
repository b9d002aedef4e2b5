import type { JSX } from 'preact';
import type { Usage } from '../../../client/api-types.ts';
import { UsageTable } from './usage-table.tsx';

const OUTCOMES: Readonly<Record<string, string>> = {
  generated: 'generated',
  cache_hit: 'existed already',
  follower: 'made for several',
  failed: 'failed',
  refused: 'refused by a limit',
  moderated: 'not allowed',
};

const ROW = 40;
const WIDTH = 320;

/** A bar an outcome, the longest first. */
export function OutcomeChart({ usage }: { usage: Usage }): JSX.Element {
  const groups = usage.data
    .map((group) => ({ ...group, group: OUTCOMES[group.group] ?? group.group }))
    .sort((one, other) => other.pictures - one.pictures);
  const top = Math.max(1, ...groups.map(({ pictures }) => pictures));
  const said = groups.map(({ group, pictures }) => `${group} ${pictures}`).join(', ');
  return (
    <figure class="chart">
      <figcaption>
        <b>By outcome</b>
      </figcaption>
      {groups.length === 0 && <p class="hint">Nothing was asked for in these days.</p>}
      <svg
        viewBox={`0 0 ${WIDTH} ${Math.max(1, groups.length) * ROW}`}
        role="img"
        aria-label={`Pictures by outcome: ${said || 'none'}`}
      >
        {groups.map(({ group, pictures }, index) => (
          <g key={group}>
            <text class="outcome-name" x={0} y={index * ROW + 14}>
              {group}
            </text>
            <text class="outcome-count" x={WIDTH} y={index * ROW + 14} text-anchor="end">
              {pictures}
            </text>
            <rect class="outcome-track" x={0} y={index * ROW + 20} width={WIDTH} height={8} rx={4} />
            <rect
              data-series="pictures"
              x={0}
              y={index * ROW + 20}
              width={Math.max(4, (pictures / top) * WIDTH)}
              height={8}
              rx={4}
            />
          </g>
        ))}
      </svg>
      <UsageTable caption="Usage by outcome" first="Outcome" groups={groups} total={usage.total} />
    </figure>
  );
}
