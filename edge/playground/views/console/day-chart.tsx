import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Usage } from '../../../client/api-types.ts';
import { niceCeiling } from '../../state/days.ts';
import { UsageTable } from './usage-table.tsx';

const WIDTH = 640;
const HEIGHT = 220;
/** Room for the axes' words. */
const LEFT = 44;
const BOTTOM = 26;
const TOP = 10;

export interface DayChartProps {
  /** All days of the span, also those without usage. */
  readonly days: readonly string[];
  readonly usage: Usage;
}

/** A bar a day: pictures of all outcomes behind, what was charged in front. The same numbers stand in a table. */
export function DayChart({ days, usage }: DayChartProps): JSX.Element {
  const [pointed, setPointed] = useState<string>();
  const byDay = new Map(usage.data.map((group) => [group.group, group]));
  const groups = days.map((group) => byDay.get(group) ?? { group, pictures: 0, units: 0 });
  const top = niceCeiling(Math.max(...groups.flatMap(({ pictures, units }) => [pictures, units])));
  const slot = (WIDTH - LEFT) / groups.length;
  const heightOf = (value: number): number => (value / top) * (HEIGHT - TOP - BOTTOM);
  const label = `Usage by day, ${usage.from} to ${usage.to}: ${usage.total.pictures} pictures, ${usage.total.units} units`;
  const shown = groups.find(({ group }) => group === pointed);
  return (
    <figure class="chart">
      <figcaption>
        <b>By day</b>
        <span class="legend">
          <i data-series="pictures" /> pictures <i data-series="units" /> units charged
        </span>
        <span class="pointed">
          {shown && `${shown.group}: ${shown.pictures} pictures, ${shown.units} units`}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {[0, 0.5, 1].map((part) => (
          <g key={part} class="axis">
            <line
              x1={LEFT}
              x2={WIDTH}
              y1={HEIGHT - BOTTOM - heightOf(top * part)}
              y2={HEIGHT - BOTTOM - heightOf(top * part)}
            />
            <text x={LEFT - 8} y={HEIGHT - BOTTOM - heightOf(top * part) + 4} text-anchor="end">
              {top * part}
            </text>
          </g>
        ))}
        {groups.map(({ group, pictures, units }, index) => (
          <g
            key={group}
            class="bar"
            data-pointed={group === pointed}
            onPointerEnter={() => setPointed(group)}
          >
            <rect
              class="bar-slot"
              x={LEFT + index * slot}
              y={TOP}
              width={slot}
              height={HEIGHT - TOP - BOTTOM}
            />
            {(
              [
                ['pictures', pictures, 0.7],
                ['units', units, 0.4],
              ] as const
            ).map(([series, value, part]) => (
              <rect
                key={series}
                data-series={series}
                x={LEFT + (index + (1 - part) / 2) * slot}
                y={HEIGHT - BOTTOM - heightOf(value)}
                width={slot * part}
                height={heightOf(value)}
                rx={Math.min(3, slot * part * 0.25)}
              />
            ))}
          </g>
        ))}
        {[0, Math.floor(groups.length / 2), groups.length - 1].map((index, place) => (
          <text
            key={index}
            class="axis-day"
            x={LEFT + (index + 0.5) * slot}
            y={HEIGHT - 6}
            text-anchor={['start', 'middle', 'end'][place]}
          >
            {groups[index]?.group.slice(5)}
          </text>
        ))}
      </svg>
      <UsageTable
        caption="Usage by day"
        first="Day"
        groups={groups.filter(({ pictures }) => pictures > 0)}
        total={usage.total}
      />
    </figure>
  );
}
