/** The answer to each request whose answer is JSON, by the request's name. */
import * as z from 'zod'
import { bankAddAnswerSchema, bankAnswerSchema, blobAnswerSchema } from './bank.ts'
import {
  branchRowSchema,
  dropAnswerSchema,
  forkAnswerSchema,
  migrateAnswerSchema,
  resolveAnswerSchema,
} from './branching.ts'
import { checkInAnswerSchema, lockAnswerSchema, rebootAnswerSchema, snapAnswerSchema } from './change.ts'
import { diffAnswerSchema, restoreAnswerSchema, verifyAnswerSchema } from './comparing.ts'
import { deviationAnswerSchema, voidAnswerSchema } from './deviation.ts'
import { leaveAnswerSchema, waitingStatusSchema } from './domain.ts'
import { branchHoldAnswerSchema, branchReleaseAnswerSchema, holdAnswerSchema } from './hold.ts'
import { hostRowSchema } from './hosts.ts'
import { outputAnswerSchema } from './output.ts'
import {
  blameRowSchema,
  diagnosisSchema,
  historyRowSchema,
  logEntrySchema,
  pathsAnswerSchema,
  shownSchema,
  wipAnswerSchema,
} from './reading.ts'
import { rehearsalAnswerSchema } from './rehearsal.ts'
import { restartAnswerSchema, statusSchema, stopAnswerSchema } from './status.ts'
import { revertAnswerSchema, undoAnswerSchema } from './taking-back.ts'
import { treeAnswerSchema } from './tree.ts'
import { planAnswerSchema, upAnswerSchema } from './up.ts'
import { webAnswerSchema } from './web.ts'

export const answerSchemas = {
  status: z.union([statusSchema, waitingStatusSchema]),
  log: z.array(logEntrySchema),
  show: shownSchema,
  blame: z.array(blameRowSchema),
  paths: pathsAnswerSchema,
  wip: wipAnswerSchema,
  history: z.array(historyRowSchema),
  output: outputAnswerSchema,
  branches: z.array(branchRowSchema),
  hosts: z.array(hostRowSchema),
  doctor: z.array(diagnosisSchema),
  plan: planAnswerSchema,
  bank: bankAnswerSchema,
  lock: lockAnswerSchema,
  unlock: lockAnswerSchema,
  snap: snapAnswerSchema,
  exec: z.null(),
  reboot: rebootAnswerSchema,
  'bank-add': bankAddAnswerSchema,
  'bank-remove': z.null(),
  void: voidAnswerSchema,
  'hold-branch': branchHoldAnswerSchema,
  'release-branch': branchReleaseAnswerSchema,
  revert: revertAnswerSchema,
  rehearse: rehearsalAnswerSchema,
  ci: checkInAnswerSchema,
  up: upAnswerSchema,
  skip: deviationAnswerSchema,
  done: deviationAnswerSchema,
  fork: forkAnswerSchema,
  migrate: migrateAnswerSchema,
  'wip-undo': undoAnswerSchema,
  'wip-drop': dropAnswerSchema,
  resolve: resolveAnswerSchema,
  restore: restoreAnswerSchema,
  verify: verifyAnswerSchema,
  diff: diffAnswerSchema,
  cat: z.null(),
  'bank-get': blobAnswerSchema,
  tree: treeAnswerSchema,
  blob: blobAnswerSchema,
  hold: holdAnswerSchema,
  release: holdAnswerSchema,
  leave: leaveAnswerSchema,
  web: webAnswerSchema,
  interrupt: z.string().nullable(),
  stop: stopAnswerSchema,
  restart: restartAnswerSchema,
} as const
