import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { applyTheme, readTheme, THEMES } from '../state/theme.ts';

const ICONS = { system: '◐', light: '☀', dark: '☾' };

/** Goes round: as the system, light, dark. */
export function ThemeSwitch(): JSX.Element {
  const [theme, setTheme] = useState(readTheme);
  function change(): void {
    const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
    applyTheme(next);
    setTheme(next);
  }
  return (
    <button type="button" class="icon-button" onClick={change} title={`Colours: ${theme}`}>
      <span aria-hidden="true">{ICONS[theme]}</span>
      <span class="unseen">Colours: {theme}. Change</span>
    </button>
  );
}
