/**
 * What is on its way to its place is made in a directory beside it, hidden and with a `~` at the end: of readers of
 * drop-in directories that descend into none, like logrotate, and of those that pass over such names none takes what a
 * crash has left. See docs/design/left-behind.md.
 */

const forms: readonly RegExp[] = [
  /^\.isconf-[0-9a-f]{12}~$/,
  // Of earlier releases: files.
  /^\..*\.isconf-[0-9a-f]{12}$/s,
  /^\.isync-\d+-[0-9a-f]{16}$/,
]

/** `token`: 12 hexadecimal digits that nobody has guessed. */
export function temporaryName(token: string): string {
  return `.isconf-${token}~`
}

/** Whether a name is that of what is on its way to its place, of isconf or isync, of this release or an earlier one. */
export function isTemporaryName(name: string): boolean {
  return forms.some((form) => form.test(name))
}
