/** What the demo shows, in order. */
import { compareHosts, isEqual, type Row } from './compare.ts'
import { makePackage, packageName } from './package.ts'
import type { Shell } from './shell.ts'
import { hostNames, quoted, type Site } from './site.ts'
import type { Stage } from './stage.ts'

interface Scene {
  readonly site: Site
  readonly stage: Stage
  readonly shell: Shell
}

/** Tells it. Throws at the first thing that is not as it must be. */
export async function tellStory(scene: Scene): Promise<void> {
  await startTwo(scene)
  await changeAlder(scene)
  await updateBirch(scene)
  await bringCedarBack(scene)
  await compareAll(scene)
}

async function startTwo({ site, stage, shell }: Scene): Promise<void> {
  stage.say(
    'Three hosts on this machine: alder, birch and cedar. Each has its own daemon, its own address, and a directory ' +
      `that stands for its /, below ${site.directory}.`,
  )
  stage.say('Two of them are switched on. Cedar stays off for now.')
  await shell.start('alder')
  await shell.start('birch')
  await shell.until('alder', 'birch among its peers', knows('birch'))
  await shell.until('birch', 'alder among its peers', knows('alder'))
}

async function changeAlder({ site, stage, shell }: Scene): Promise<void> {
  const archive = makePackage(site.directory)
  stage.say('A package is to be on every host. Alder installs it; first it takes the lock, and says why.')
  await shell.type('alder', `cp ${quoted(archive)} .`)
  await shell.type('alder', 'isconf lock install hello on every host')

  stage.say('The lock holds on all hosts. Birch is told who has it.')
  await shell.type('birch', 'isconf lock me too', 220)

  stage.say('Alder goes on. Each step is done here and recorded; ci hands them all to every other host.')
  await shell.type('alder', `isconf snap ${packageName}.tar.gz`)
  await shell.type('alder', `isconf exec tar -xzvf ${packageName}.tar.gz`)
  await shell.type('alder', `isconf exec sh ${packageName}/install.sh`)
  await shell.type('alder', `isconf exec rm -rf ${packageName}.tar.gz ${packageName}`)
  await shell.type('alder', 'isconf ci')
}

async function updateBirch({ stage, shell }: Scene): Promise<void> {
  stage.say('Birch does the same, in the same order, with the same bytes.')
  await shell.until('birch', 'the change of alder', hasWork)
  await shell.type('birch', 'isconf up')
}

async function bringCedarBack({ stage, shell }: Scene): Promise<void> {
  stage.say('Now cedar is switched on. It missed everything, and hears of it from others.')
  await shell.start('cedar')
  await shell.until('cedar', 'the change of alder', hasWork)
  await shell.type('cedar', 'isconf log')

  stage.say('An asterisk marks what it has not done yet. It catches up.')
  await shell.type('cedar', 'isconf up')
  await shell.type('cedar', '../usr/local/bin/hello')
}

async function compareAll({ site, stage, shell }: Scene): Promise<void> {
  stage.say('Are the three the same? Read from their disks; of files, mode and SHA-256:')
  const statuses = await Promise.all(hostNames.map((name) => shell.status(name)))
  const done = statuses.map(({ position, operations }) => `${position} of ${operations}`)
  const heads = statuses.map(({ head }) => head)
  const found = compareHosts(site)
  const rows: readonly Row[] = [
    { what: 'operations done', kind: 'journal', cells: done, facts: done },
    { what: 'head of the journal', kind: 'journal', cells: heads.map((head) => head.slice(0, 12)), facts: heads },
    ...found,
  ]
  const shown = rows.filter((row) => row.kind !== 'directory' || !isEqual(row))
  stage.table([['', ...hostNames], ...shown.map(({ what, cells }) => [what, ...cells])])

  const different = rows.filter((row) => !isEqual(row))
  if (different.length > 0) throw new Error(`the hosts are not the same:\n${different.map(describe).join('\n')}`)
  if (statuses.some(({ operations, pending }) => pending > 0 || operations === 0)) {
    throw new Error('the hosts have not done everything')
  }
  const directories = found.filter(({ kind }) => kind === 'directory').length
  stage.lines([
    `${stage.styled('All equal:', 'bold', 'green')} journals, paths, modes, owners, and the bytes and times of files.`,
    `So are the ${directories} directories around them, but for their times.`,
  ])
}

function describe({ what, facts }: Row): string {
  return hostNames.map((name, index) => `    ${what} on ${name}: ${facts[index] ?? 'missing'}`).join('\n')
}

type Status = Awaited<ReturnType<Shell['status']>>

function knows(host: string): (status: Status) => boolean {
  return ({ mesh }) => mesh.peers.some((peer) => peer.host === host)
}

function hasWork({ pending }: Status): boolean {
  return pending > 0
}
