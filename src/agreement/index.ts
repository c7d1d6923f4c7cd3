export type { Agreement, Voters } from './agreement.ts'
export { keeperlessAgreement } from './without-keepers.ts'
