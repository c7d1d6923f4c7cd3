import { bankRequest } from './bank.ts'
import { bankAddRequest } from './bank-add.ts'
import { bankGetRequest } from './bank-get.ts'
import { bankRemoveRequest } from './bank-remove.ts'
import { blameRequest } from './blame.ts'
import { blobRequest } from './blob.ts'
import { branchesRequest } from './branches.ts'
import { catRequest } from './cat.ts'
import { ciRequest } from './ci.ts'
import { diffRequest } from './diff.ts'
import { doctorRequest } from './doctor.ts'
import { doneRequest } from './done.ts'
import { eventsRequest } from './events.ts'
import { execRequest } from './exec.ts'
import { forkRequest } from './fork.ts'
import { historyRequest } from './history.ts'
import { holdRequest } from './hold.ts'
import { holdBranchRequest } from './hold-branch.ts'
import { hostsRequest } from './hosts.ts'
import { interruptRequest } from './interrupt.ts'
import { leaveRequest } from './leave.ts'
import { lockRequest } from './lock.ts'
import { logRequest } from './log.ts'
import { metricsRequest } from './metrics.ts'
import { migrateRequest } from './migrate.ts'
import { outputRequest } from './output.ts'
import { pathsRequest } from './paths.ts'
import { planRequest } from './plan.ts'
import { rebootRequest } from './reboot.ts'
import { rehearseRequest } from './rehearse.ts'
import { releaseRequest } from './release.ts'
import { releaseBranchRequest } from './release-branch.ts'
import { resolveRequest } from './resolve.ts'
import { restartRequest } from './restart.ts'
import { restoreRequest } from './restore.ts'
import { revertRequest } from './revert.ts'
import type { Request } from './shared/request.ts'
import { showRequest } from './show.ts'
import { skipRequest } from './skip.ts'
import { snapRequest } from './snap.ts'
import { statusRequest } from './status.ts'
import { stopRequest } from './stop.ts'
import { treeRequest } from './tree.ts'
import { unlockRequest } from './unlock.ts'
import { upRequest } from './up.ts'
import { verifyRequest } from './verify.ts'
import { voidRequest } from './void.ts'
import { webRequest } from './web.ts'
import { wipRequest } from './wip.ts'
import { wipDropRequest } from './wip-drop.ts'
import { wipUndoRequest } from './wip-undo.ts'

const all = [
  statusRequest,
  logRequest,
  showRequest,
  blameRequest,
  pathsRequest,
  wipRequest,
  historyRequest,
  outputRequest,
  branchesRequest,
  hostsRequest,
  doctorRequest,
  planRequest,
  bankRequest,
  lockRequest,
  unlockRequest,
  snapRequest,
  execRequest,
  rebootRequest,
  bankAddRequest,
  bankRemoveRequest,
  voidRequest,
  holdBranchRequest,
  releaseBranchRequest,
  revertRequest,
  rehearseRequest,
  ciRequest,
  upRequest,
  skipRequest,
  doneRequest,
  forkRequest,
  migrateRequest,
  wipUndoRequest,
  wipDropRequest,
  resolveRequest,
  restoreRequest,
  verifyRequest,
  diffRequest,
  catRequest,
  bankGetRequest,
  treeRequest,
  blobRequest,
  eventsRequest,
  metricsRequest,
  holdRequest,
  releaseRequest,
  leaveRequest,
  webRequest,
  interruptRequest,
  stopRequest,
  restartRequest,
] as const

/** Every request, in the order of the page of the control protocol. */
export const requests: readonly Request[] = all

/** What each of them is answered with, by its name. */
export type AnswerByRequest = { readonly [R in (typeof all)[number] as R['name']]: Awaited<ReturnType<R['answer']>> }
