export { patiently, waitForName } from './patience.io.ts'
export { fetchResult, oldTree, readBoot, recordBoot, recordFetch } from './result.io.ts'
export { ageText, type BootResult } from './result.ts'
