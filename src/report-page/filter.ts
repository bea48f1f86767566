import { element } from './element.js'

/** A box above a table that leaves the rows in which every word of it occurs. Answers the box. */
export function addFilter(place: HTMLElement, table: HTMLTableElement): HTMLInputElement {
  const rows = [...(table.tBodies[0]?.rows ?? [])]
  const box = element('input', {
    type: 'search',
    placeholder: 'Filter: RELIANCE, NFO CE ...',
    'aria-label': 'Filter symbols',
    autocomplete: 'off',
    spellcheck: 'false',
  })
  const with_alerts = element('input', { type: 'checkbox' })
  const told = element('output', { 'aria-live': 'polite' })
  const apply = (): void => {
    const words = box.value.toUpperCase().split(/\s+/)
    let shown = 0
    for (const row of rows) {
      const text = (row.cells[0]?.textContent ?? '').toUpperCase()
      row.hidden = !words.every((word) => text.includes(word)) || (with_alerts.checked && row.dataset.alerts === '0')
      if (!row.hidden) shown++
    }
    told.textContent = shown === rows.length ? `${rows.length} symbols` : `${shown} of ${rows.length} symbols`
  }
  box.addEventListener('input', apply)
  with_alerts.addEventListener('change', apply)
  place.append(box, element('label', {}, with_alerts, ' with alerts only'), told)
  apply()
  return box
}
