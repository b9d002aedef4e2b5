const NAME = 'galip.theme';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export function readTheme(): Theme {
  return THEMES.find((theme) => theme === localStorage.getItem(NAME)) ?? 'system';
}

/** Keeps the theme, and shows it: the style sheet goes by the root's `data-theme`, else by what the system prefers. */
export function applyTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'system') {
    localStorage.removeItem(NAME);
    delete root.dataset.theme;
  } else {
    localStorage.setItem(NAME, theme);
    root.dataset.theme = theme;
  }
}
