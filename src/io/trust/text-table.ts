const GAP = '  '
const NUMBER = /^-?[\d,.]*$/

/** Aligned columns as plain text, indented; columns of numbers stand to the right. */
export function tableLines(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((name, column) => rows.reduce((widest, row) => Math.max(widest, cell(row, column).length), name.length))
  const is_number = head.map((_, column) => rows.every((row) => NUMBER.test(cell(row, column))))
  const line = (cells: readonly string[]): string =>
    `${GAP}${head
      .map((_, column) => {
        const width = widths[column] as number
        return is_number[column] === true && rows.length > 0
          ? cell(cells, column).padStart(width)
          : cell(cells, column).padEnd(width)
      })
      .join(GAP)}`.trimEnd()
  return [line(head), ...rows.map(line)]
}

const cell = (row: readonly string[], column: number): string => row[column] ?? ''
