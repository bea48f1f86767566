/** An element with its text or children. Texts never become markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

/** The JSON that the page carries under this name; undefined when it has none. */
export function pageData<T>(name: string): T | undefined {
  const text = document.getElementById(`data-${name}`)?.textContent
  return text === undefined || text === null ? undefined : (JSON.parse(text) as T)
}
