/** The command line of a program is there for every user of the machine to read: where it holds a secret, the name of the program takes its place. */
export function hideArguments(): void {
  process.title = 'mds'
}
