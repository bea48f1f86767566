/** What vitest adds: every module that a pattern of paths names. */
interface ImportMeta {
  glob<T>(pattern: string, options: { eager: true }): Record<string, T>
}
