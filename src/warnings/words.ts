/** Looking at the words of a command as its program would. */

/** Whether a flag is there: `-y` also within `-qy`, `--yes` also as `--yes=true`. */
export function hasFlag(words: readonly string[], ...flags: readonly string[]): boolean {
  const options = beforeDashes(words).filter((word) => word.startsWith('-'))
  return flags.some((flag) =>
    flag.startsWith('--') || flag.length > 2
      ? options.some((word) => word === flag || word.startsWith(`${flag}=`))
      : options.some((word) => !word.startsWith('--') && word.slice(1).includes(flag.charAt(1))),
  )
}

/** The words that are neither options nor the values of these options. */
export function operandsOf(words: readonly string[], withWord: readonly string[] = []): readonly string[] {
  const operands: string[] = []
  const before = beforeDashes(words)
  for (let at = 0; at < before.length; at += 1) {
    const word = before[at] ?? ''
    if (withWord.includes(word)) at += 1
    else if (!word.startsWith('-') || word === '-') operands.push(word)
  }
  return [...operands, ...words.slice(before.length + 1)]
}

/** The word of an option: `-f FILE`, `-fFILE`, `--file FILE`, `--file=FILE`; undefined when it is not there. */
export function optionValue(words: readonly string[], ...options: readonly string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    for (const option of options) {
      if (word === option) return words[index + 1]
      if (option.startsWith('--') && word.startsWith(`${option}=`)) return word.slice(option.length + 1)
      if (/^-\w$/.test(option) && word.startsWith(option)) return word.slice(2)
    }
  }
  return undefined
}

function beforeDashes(words: readonly string[]): readonly string[] {
  const at = words.indexOf('--')
  return at < 0 ? words : words.slice(0, at)
}
