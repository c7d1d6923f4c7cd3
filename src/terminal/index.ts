/** What the programs of the package share towards the person who types. */
export { failureText, originText } from './failure.ts'
export { findingsReport } from './findings.ts'
export { helpOf, type VerbWords, verbTable } from './help.ts'
export { listing, table } from './table.ts'
export { systemTerminal, type Terminal } from './terminal.io.ts'
export { count, countOf, noWords, oneWord, type ParsedWords, parseWords, readingWords } from './words.ts'
