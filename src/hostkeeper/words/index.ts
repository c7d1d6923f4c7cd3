export { LineMistake, linesOf, refusal, ShReader, shLines } from './sh-words.ts'
