/** Rehearsals: operations are done in a sandbox over this host, which is thrown away, and judged. */
export { rehearseInside } from './inside.io.ts'
export { type Layer, layersOf } from './mounts.ts'
export type { Job, Rehearsed, TakenBack, Verdict } from './rehearsal.ts'
export { type RehearsalListener, rehearse } from './sandbox.io.ts'
