/** Colours of the page, which the charts share. */
export interface Theme {
  readonly ground: string
  readonly text: string
  readonly faint: string
  readonly grid: string
  readonly up: string
  readonly down: string
  readonly neutral: string
  readonly accent: string
  readonly gap: string
  readonly font: string
}

/** As the style sheet has them now. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    ground: colour('ground'),
    text: colour('text'),
    faint: colour('faint'),
    grid: colour('grid'),
    up: colour('up'),
    down: colour('down'),
    neutral: colour('neutral'),
    accent: colour('accent'),
    gap: colour('gap'),
    font: getComputedStyle(document.body).fontFamily,
  }
}

/** Called when the system changes between light and dark, and around printing, which is on white. */
export function onThemeChange(action: (theme: Theme) => void): void {
  const change = (): void => action(readTheme())
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', change)
  matchMedia('print').addEventListener('change', change)
}

/** `#rrggbb` with an opacity of 0..1. */
export const faded = (colour: string, opacity: number): string =>
  `${colour}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0')}`
