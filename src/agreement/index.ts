export type { Agreement, NextState, Voters } from './agreement.ts'
export { keeperlessAgreement } from './without-keepers.ts'
