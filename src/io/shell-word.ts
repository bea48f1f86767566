/** A path or name as a POSIX shell takes it for one word: a suggestion must work when pasted. */
export const shellWord = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
