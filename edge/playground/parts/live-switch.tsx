import type { JSX } from 'preact';

export interface LiveSwitchProps {
  readonly isLive: boolean;
  readonly onChange: (isLive: boolean) => void;
}

/** Whether it is painted at once, or its price is told first. */
export function LiveSwitch({ isLive, onChange }: LiveSwitchProps): JSX.Element {
  return (
    <label class="switch">
      <input type="checkbox" checked={isLive} onChange={() => onChange(!isLive)} />
      <span>
        Paint as I type
        <small>each new picture is charged</small>
      </span>
    </label>
  );
}
