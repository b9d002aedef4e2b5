import type { JSX } from 'preact';
import { Switch } from './switch.tsx';

export interface LiveSwitchProps {
  readonly isLive: boolean;
  readonly onChange: (isLive: boolean) => void;
}

/** Whether it is painted at once, or its price is told first. */
export function LiveSwitch({ isLive, onChange }: LiveSwitchProps): JSX.Element {
  return (
    <Switch label="Paint as I type" hint="each new picture is charged" isOn={isLive} onChange={onChange} />
  );
}
