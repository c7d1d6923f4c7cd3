export { InstalledEarly } from './installed-early.ts'
export { type Plan, plan } from './plan.ts'
export type { UpDeps, UpListener, UpOptions } from './up-types.ts'
export { upWithHooks } from './up-with-hooks.ts'
