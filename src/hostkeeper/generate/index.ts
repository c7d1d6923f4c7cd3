export { isUpToDate, makefileOf, writeMakefile } from './generate.io.ts'
