export type { Agreement, Electorate } from './agreement.ts'
export { keeperlessAgreement } from './without-keepers.ts'
