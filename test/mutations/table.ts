/** Changes of the code that would break a promise, each with the test file that fails on it. */
export interface Mutation {
  /** What it breaks. */
  readonly breaks: string
  readonly file: string
  /** A text that stands there once, and what it becomes. */
  readonly from: string
  readonly to: string
  /** The test file that notices. */
  readonly test: string
}

const agreement = 'src/agreement/without-keepers.ts'
const lostAnswers = 'src/agreement/lost-answers.test.ts'
const branchDisk = 'src/branch/branch-disk.test.ts'
const upDisk = 'src/replay/up-disk.test.ts'
const cutDisk = 'test/contract/disk-cut.test.ts'
const inventory = 'src/replication/inventory'
const recoverWork = 'src/origin/recover-work.ts'
const cutVerbs = 'test/cluster/cut-verbs.test.ts'
const cutSealAndLeave = 'test/cluster/cut-seal-and-leave.test.ts'

export const mutations: readonly Mutation[] = [
  {
    breaks: 'a proposal that was given up binds nobody',
    file: agreement,
    from: 'await Promise.allSettled(fresh.map((peer) => voters.ask(peer, onward, hopMs)))',
    to: 'void onward',
    test: lostAnswers,
  },
  {
    breaks: 'a host that writes a change consents to no other',
    file: 'src/branch/branch.ts',
    from: 'if (this.#changes.isHeld) return',
    to: 'if (false) return',
    test: lostAnswers,
  },
  {
    breaks: 'a change whose consents ended while it was written is looked at again',
    file: agreement,
    from: 'deps.clock.monotonicMs() < consentsEndMs',
    to: 'true',
    test: lostAnswers,
  },
  {
    breaks: 'a lost answer is asked for again',
    file: 'src/agreement/votes-of.ts',
    from: 'isLarge ? 1 : 2',
    to: '1',
    test: lostAnswers,
  },
  {
    breaks: 'an answer without sense is no consent',
    file: 'src/agreement/votes-of.ts',
    from: "data ?? [{ vote: 'other', state: branch.state }]",
    to: 'data ?? []',
    test: lostAnswers,
  },
  {
    breaks: 'votes that are lost with the host that asked for them are asked for by another way',
    file: 'src/agreement/votes-of.ts',
    from: "isLarge ? [{ vote: 'busy', state: branch.state }] : []",
    to: '[]',
    test: lostAnswers,
  },
  {
    breaks: 'a new state counts when it is on disk',
    file: 'src/branch/voted-state.ts',
    from: '    await writing(\n',
    to: '    this.#state = state\n    await writing(\n',
    test: branchDisk,
  },
  {
    breaks: 'memory follows what the disk shows',
    file: 'src/base/disk-failure.ts',
    from: "error.code === 'DISK_UNCERTAIN') await follow()",
    to: "error.code === 'DISK_UNCERTAIN') void follow",
    test: branchDisk,
  },
  {
    breaks: 'a fork that fails leaves a branch that can be used',
    file: 'src/branch/branch.ts',
    from: 'return writing(replaceJournal, async () => {',
    to: 'return writing(() => this.#journal.close().then(replaceJournal), async () => {',
    test: branchDisk,
  },
  {
    breaks: 'a line that a crash left beside the journal that holds it is no split',
    file: 'src/branch/divergent-lines.ts',
    from: 'if (journal.has(head)) await lines.drop(first)',
    to: 'if (journal.has(head)) void first',
    test: branchDisk,
  },
  {
    breaks: 'another line is there whole or not at all',
    file: 'src/branch/divergent-lines.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code.
    from: '    const unfinished = `${this.#directory}/new-line`\n    await source',
    to: '    const unfinished = this.#pathOf(first.id)\n    await source',
    test: branchDisk,
  },
  {
    breaks: 'up does only what all lines of a split share',
    file: 'src/branch/divergent-lines.ts',
    from: 'return Math.min(journal.length, ...common)',
    to: 'return Math.min(journal.length, ...common.slice(0, 1))',
    test: branchDisk,
  },
  {
    breaks: 'a note that is not believed leaves no trace',
    file: 'src/journal/load-journal.ts',
    from: "if (last === 0 || hash.digest('hex') !== note.sha256) return nothing",
    to: "if (last === 0 || hash.digest('hex') !== note.sha256) return { ...nothing, lines }",
    test: branchDisk,
  },
  {
    breaks: 'what was done is on disk before up waits for the network',
    file: 'src/replay/install-batch.ts',
    from: '    await this.#recorder.flush()\n',
    to: '',
    test: upDisk,
  },
  {
    breaks: 'a damaged copy does not stand in the way of a good one',
    file: 'src/store/whole-blobs.ts',
    from: '      await this.drop(id)\n      throw new IsconfError(',
    to: '      throw new IsconfError(',
    test: 'src/store/blob-store.test.ts',
  },
  {
    breaks: 'a crash leaves no later file unsaid',
    file: 'src/replay/up.ts',
    from: 'if (isNewer) await deps.installedEarly.note(newest.ref.id, deps.branch.journal)',
    to: 'if (isNewer) void deps.installedEarly.note(newest.ref.id, deps.branch.journal).catch(() => undefined)',
    test: upDisk,
  },
  {
    breaks: 'a dry run says what up would do',
    file: 'src/replay/plan.ts',
    from: 'if (stop) return { operations, stop: { reason: stop, operation } }',
    to: "if (stop && stop !== 'split') return { operations, stop: { reason: stop, operation } }",
    test: upDisk,
  },
  {
    breaks: 'a directory that is found is durable before anything in it is acknowledged',
    file: 'src/base/directories.io.ts',
    from: '    await this.#settleAbove(path)\n',
    to: '',
    test: cutDisk,
  },
  {
    breaks: 'what a killed process wrote is durable before anything depends on it',
    file: 'src/base/append-log.ts',
    from: '        if (foundBytes > 0) await file.sync()\n',
    to: '',
    test: cutDisk,
  },
  {
    breaks: 'a last line with a hole is dropped',
    file: 'src/base/append-log.ts',
    from: 'const hole = await firstHole(file, size)',
    to: 'const hole = size || (await firstHole(file, size))',
    test: cutDisk,
  },
  {
    breaks: 'after a failed sync nothing is believed until it was written again',
    file: 'src/base/disk.io.ts',
    from: '        await again()\n        await directories.syncAll(places)\n',
    to: '        void again\n',
    test: cutDisk,
  },
  {
    breaks: 'a copy that speaks with the key of a host is noticed by both, also where they never meet',
    file: `${inventory}/second-speaker.ts`,
    from: 'follows !== undefined && this.#answers.includes(follows)',
    to: 'false',
    test: `${inventory}/inventory.test.ts`,
  },
  {
    breaks: 'a host that was put back to an earlier disk is not taken for a copy',
    file: `${inventory}/second-speaker.ts`,
    from: 'follows !== undefined && this.#answers.includes(follows)',
    to: 'true',
    test: `${inventory}/inventory.test.ts`,
  },
  {
    breaks: 'a copy hears through a third host what its original has said',
    file: `${inventory}/host-records.ts`,
    from: '(kept.from !== peer || kept.record.peer === peer)',
    to: 'kept.from !== peer',
    test: `${inventory}/host-records.test.ts`,
  },
  {
    breaks: 'hosts of one short name go by names that tell them apart',
    file: `${inventory}/namesakes.ts`,
    from: 'if (others.length === 0) return own.short',
    to: 'if (others.length >= 0) return own.short',
    test: `${inventory}/namesakes.test.ts`,
  },
  {
    breaks: 'a host that was built anew has its short name to itself',
    file: `${inventory}/inventory.ts`,
    from: 'if (isNewer) this.#recentNames',
    to: 'this.#recentNames',
    test: `${inventory}/inventory.test.ts`,
  },
  {
    breaks: 'clocks decide nothing: a certificate counts at every date',
    file: 'src/mesh/self-signed.io.ts',
    from: 'const notBefore = new Date(0)',
    to: 'const notBefore = new Date(Date.now() - 3_600_000)',
    test: 'src/mesh/certificate.io.test.ts',
  },
  {
    breaks: 'clocks decide nothing: of two states the later change counts, and not the later clock',
    file: 'src/branch/state.ts',
    from: 'if (theirs.revision !== mine.revision) return theirs.revision > mine.revision',
    to: "if (theirs.lock?.since !== mine.lock?.since) return (theirs.lock?.since ?? '') > (mine.lock?.since ?? '')",
    test: 'src/branch/state.test.ts',
  },
  {
    breaks: 'a host that nobody can reach where it listens says so',
    file: 'src/config/listen-family.ts',
    from: "if (listen !== '0.0.0.0') return undefined",
    to: 'if (listen) return undefined',
    test: 'src/config/listen-family.test.ts',
  },
  {
    breaks: 'a lock that a crash cut short is whole after the next start',
    file: recoverWork,
    from: 'if (lock?.key !== publicKeyText(key)) return undefined',
    to: 'if (lock !== undefined) return undefined',
    test: cutVerbs,
  },
  {
    breaks: 'a wip drop that a crash cut short is whole after the next start',
    file: recoverWork,
    from: 'const count = await finishDrop(deps)',
    to: 'const count = undefined as number | undefined',
    test: cutVerbs,
  },
  {
    breaks: 'a check-in that a crash cut short is whole after the next start',
    file: recoverWork,
    from: 'const checkedIn = await recoverCheckIn(deps)',
    to: 'const checkedIn = undefined as Awaited<ReturnType<typeof recoverCheckIn>>',
    test: cutVerbs,
  },
  {
    breaks: 'what was not skipped in the end is not marked as skipped after the next start',
    file: 'src/replay/skip.ts',
    from: 'if (last && next && toKey(next.ref) === last.operation)',
    to: 'if (!last)',
    test: cutVerbs,
  },
  {
    breaks: 'a hold is on disk when it is acknowledged',
    file: 'src/host/hold.ts',
    from: '  await hold.set(held)\n',
    to: '  await hold.clear()\n',
    test: cutVerbs,
  },
  {
    breaks: 'a sealed host goes on from where it was',
    file: 'src/host/history.ts',
    from: 'const made = done && !isTold',
    to: 'const made = done && isTold',
    test: cutSealAndLeave,
  },
  {
    breaks: 'a leave that was cut short still says what was done in the domain',
    file: 'src/daemon/leave-domain.ts',
    from: '  await noteLeft(disk, home, left)\n  // First',
    to: '  // First',
    test: cutSealAndLeave,
  },
  {
    breaks: 'a branch that does not come keeps no other one out',
    file: 'src/replication/news-intake.ts',
    from: 'name === own ? 0 : stuck.has(name) ? 2 : 1',
    to: 'name !== own ? 0 : stuck.has(name) ? 2 : 1',
    test: 'src/replication/news-intake.test.ts',
  },
  {
    breaks: 'what is known and did not come is told until it comes',
    file: 'src/replication/news-intake.ts',
    from: 'this.unfetched.note(peer, host, state, reasonOf(thrown))',
    to: 'this.unfetched.note(peer, host, state, undefined)',
    test: 'src/replication/news-intake.test.ts',
  },
  {
    breaks: 'what identifies a machine is recorded for no other',
    file: 'src/machine/hosts-own-paths.ts',
    from: 'if (!identities.includes(path)) return',
    to: 'if (path) return',
    test: 'src/machine/inspect.io.test.ts',
  },
  {
    breaks: 'an operation of a later release keeps nobody from what stands before it',
    file: 'src/journal/operation.ts',
    from: "transform((written): UnknownOperation => ({ type: 'unknown', written })),",
    to: "refine(() => false).transform((written): UnknownOperation => ({ type: 'unknown', written })),",
    test: 'src/journal/changeset.test.ts',
  },
  {
    breaks: 'the value of a variable of a command is in no log',
    file: 'src/journal/describe-operation.ts',
    from: "Object.keys(env).flatMap((name) => ['--env', name])",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code.
    to: "Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`])",
    test: 'src/journal/operation.test.ts',
  },
  {
    breaks: 'a change that could not be written binds no other host',
    file: agreement,
    from: '    await giveUp(deps, branch, proposal)\n    throw error',
    to: '    throw error',
    test: 'src/agreement/without-keepers.test.ts',
  },
  {
    breaks: 'a voter that can not write is named',
    file: 'src/branch/voted-state.ts',
    from: 'return this.#trouble === undefined ? vote : { ...vote, trouble: this.#trouble }',
    to: 'return vote',
    test: 'src/branch/branches.test.ts',
  },
  {
    breaks: 'what a host says of itself is text on the page',
    file: 'src/web/render.ts',
    from: "escapeHtml(printable(String(value ?? '')))",
    to: "String(value ?? '')",
    test: 'src/web/web-server.io.test.ts',
  },
  {
    breaks: 'a link to the page logs in once',
    file: 'src/page/logins.ts',
    from: '    this.#links.delete(secret)\n',
    to: '',
    test: 'src/web/web-server.io.test.ts',
  },
  {
    breaks: 'a session of the page needs its cookie',
    file: 'src/page/logins.ts',
    from: "return cookies.split(';').some(",
    to: "return !cookies.split(';').every(",
    test: 'src/page/logins.test.ts',
  },
  {
    breaks: 'the page answers to no name that somebody has pointed here',
    file: 'src/web/guard.ts',
    from: "if (typeof host !== 'string' || !loopbackNames.test(host))",
    to: "if (typeof host !== 'string')",
    test: 'src/web/web-server.io.test.ts',
  },
  {
    breaks: 'the page answers no page of another site',
    file: 'src/web/guard.ts',
    from: 'if (isOwn && (',
    to: 'if (isOwn || (',
    test: 'src/web/web-server.io.test.ts',
  },
  {
    breaks: 'who has no session sees no page',
    file: 'src/web/web-server.io.ts',
    from: 'if (!logins.isIn(session, request.headers.cookie)) return',
    to: 'if (false) return',
    test: 'src/web/web-server.io.test.ts',
  },
  {
    breaks: 'the hosts that need somebody come first',
    file: 'src/web/pages/fleet.ts',
    from: 'worstFirst(all.filter((one) => isAskedFor(one, asked)))',
    to: 'all.filter((one) => isAskedFor(one, asked))',
    test: 'src/web/web-server.io.test.ts',
  },
]
