export { shLines } from './sh-lines.ts'
export { LineMistake, linesOf, refusal, ShReader } from './sh-words.ts'
