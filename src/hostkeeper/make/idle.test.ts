import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { temporaryDirectory } from '../../../test/support/files.ts'
import { testWith } from '../../../test/support/tools.ts'
import { parseMakeDatabase } from './database.ts'
import { beginsNothing, readsAlike } from './idle.ts'
import { outdated, stepsFor } from './steps.ts'
import { readingWords, runningWords } from './words.ts'

const test = testWith('make')

type Context = Parameters<typeof temporaryDirectory>[0]

interface Asked {
  readonly makefile: string
  /** Files beside the makefile, of one second; those of `late/` and `old/`, which are no stamps, of another. */
  readonly stamps: readonly string[]
  readonly goals?: readonly string[]
}

/** Whether nothing would be begun, and what make then says of itself or of a recipe, each of which says `ran`. */
function asked(
  t: Context,
  { makefile, stamps, goals = ['all'] }: Asked,
): { readonly idle: boolean; readonly ran: boolean } {
  const cwd = temporaryDirectory(t)
  const text = makefile.replaceAll('CWD', cwd)
  writeFileSync(resolve(cwd, 'packages.conf'), text)
  for (const name of stamps) {
    mkdirSync(dirname(resolve(cwd, name)), { recursive: true })
    writeFileSync(resolve(cwd, name), '')
  }
  const touched = stamps.filter((name) => !/^(late|old)\//.test(name))
  for (const name of touched) utimesSync(resolve(cwd, name), 946_684_800, 946_684_800)
  for (const name of stamps.filter((one) => one.startsWith('old/'))) utimesSync(resolve(cwd, name), 1, 1)
  const make = (...words: readonly string[]): string => {
    const env = { PATH: process.env['PATH'], LC_ALL: 'C' }
    const { stdout, stderr } = spawnSync('make', ['-r', '-f', 'packages.conf', ...words], {
      cwd,
      env,
      encoding: 'utf8',
    })
    return stdout + stderr
  }
  const database = parseMakeDatabase(make(...readingWords))
  const exists = (name: string): boolean => existsSync(resolve(cwd, name))
  const steps = new Set(stepsFor(database, goals))
  const gone = outdated({ database, steps, goals, exists, lone: new Set() }, touched)
  const idle = gone.length === 0 && beginsNothing({ database, goals, kept: touched, exists }) && readsAlike(text)
  return { idle, ran: /ran/.test(make(...runningWords, ...goals)) }
}

const recipe = '\n\t@echo ran $@; touch $@\n'

/** Nothing is begun, and make, asked for it, begins nothing. */
const idleMakefiles: Readonly<Record<string, Asked>> = {
  'a group of steps': { makefile: `all: a b\na b:${recipe}`, stamps: ['a', 'b'] },
  'a chain with a directory, and what is behind the bar': {
    makefile: `all: c | g\nc: b/1 | a\nb/1: a${recipe}a c:${recipe}g: a`,
    stamps: ['a', 'b/1', 'c'],
  },
  'two targets of one recipe': { makefile: `all: a\na b &:${recipe}`, stamps: ['a', 'b'] },
  'a file elsewhere that is newer and that nothing makes': {
    makefile: `all: a\na: | CWD/packages.conf${recipe}`,
    stamps: ['a'],
  },
  'a group that is phony': { makefile: `.PHONY: all\nall: a\na:${recipe}`, stamps: ['a'] },
  'a step that nothing needs and that is not done': { makefile: `all: a\na b:${recipe}`, stamps: ['a'] },
}

for (const [name, one] of Object.entries(idleMakefiles)) {
  test(`beginsNothing() is true of ${name}, and make finds the same`, (t) => {
    assert.deepEqual(asked(t, one), { idle: true, ran: false })
  })
}

/** Make begins something, or says something, although each step has its stamp; or one has none. */
const busyMakefiles: Readonly<Record<string, Asked>> = {
  'a step without a stamp': { makefile: `all: a b\na b:${recipe}`, stamps: ['a'] },
  'a phony step': { makefile: `.PHONY: a\nall: a\na:${recipe}`, stamps: ['a'] },
  'a step that needs what is not there and is not made': { makefile: `all: a\na: F${recipe}F:\n`, stamps: ['a'] },
  'a rule with two colons': { makefile: `all: a\na::${recipe}`, stamps: ['a'] },
  'what is asked for': {
    makefile: `all: a\nifneq ($(filter all,$(MAKECMDGOALS)),)\nall: b\nendif\na b:${recipe}`,
    stamps: ['a'],
  },
  'a flag that has all made': { makefile: `MAKEFLAGS += -B\nall: a\na:${recipe}`, stamps: ['a'] },
  'a second expansion': { makefile: `.SECONDEXPANSION:\nall: a\na: $$(if yes,b)${recipe}b:${recipe}`, stamps: ['a'] },
  'a target elsewhere that is older': {
    makefile: `all: CWD/old/x
CWD/old/x: a${recipe}a:${recipe}`,
    stamps: ['old/x', 'a'],
  },
  'a file with the name of a group': { makefile: `all: a\na: late/g${recipe}late/g:\n`, stamps: ['late/g', 'a'] },
  'a flag whose name is put together': {
    makefile: `M := MAKE\n$(M)FLAGS += -B\nall: a\na:${recipe}`,
    stamps: ['a'],
  },
  'what is asked for, by a name that is put together': {
    makefile: `M := MAKE\nifneq ($(filter all,$($(M)CMDGOALS)),)\nall: b\nendif\nall: a\na b:${recipe}`,
    stamps: ['a'],
  },
  'a directory in which make looks, by a name that is put together': {
    makefile: `P := PATH\nV$(P) = CWD/late\nall: a\na: late/b${recipe}late/b:${recipe}b:${recipe}`,
    stamps: ['a', 'late/b'],
  },
  'a need of all steps, by a name that is put together': {
    makefile: `P := PREREQS\n.EXTRA_$(P) = CWD/late/b\nall: a\na:${recipe}`,
    stamps: ['a', 'late/b'],
  },
  'a function that is called by its name': { makefile: `$(call info,ran)\nall: a\na:${recipe}`, stamps: ['a'] },
  'a function of a name that is put together': {
    makefile: `F := info\n$(call $(F),ran)\nall: a\na:${recipe}`,
    stamps: ['a'],
  },
  'a function that a function calls': { makefile: `$(call call,info,ran)\nall: a\na:${recipe}`, stamps: ['a'] },
  'every variable that there is': {
    makefile: `$(foreach v,$(filter MAKECMD%,$(.VARIABLES)),$(if $(filter all,$($v)),$(eval all: b)))\nall: a\na b:${recipe}`,
    stamps: ['a'],
  },
  'a list of makefiles that is not that of make': {
    makefile: `define MAKEFILE_LIST\nlate/empty\nendef\n$(info ran)\nall: a\na:${recipe}`,
    stamps: ['a', 'late/empty'],
  },
  'a member of an archive': {
    makefile: `all: lib(a)\nlib(a):\n\t@echo ran; touch 'lib(a)'\n`,
    stamps: ['lib(a)'],
  },
  'a rule for endings': { makefile: `.SUFFIXES: .x .y\nall: a.y\n.x.y:${recipe}a.x:${recipe}`, stamps: ['a.x'] },
  'what reading it says': { makefile: `$(info ran)\nall: a\na:${recipe}`, stamps: ['a'] },
  'what another program says': {
    makefile: `ifneq ($(shell echo $$MAKELEVEL $$(cat late/n; echo >>late/n; wc -l <late/n)),)\nendif\n$(shell echo ran >&2)\nall: a\na:${recipe}`,
    stamps: ['late/n', 'a'],
  },
}

for (const [name, one] of Object.entries(busyMakefiles)) {
  test(`beginsNothing() is false, for make begins something or says it: ${name}`, (t) => {
    const { idle, ran } = asked(t, one)
    assert.equal(idle, false)
    // The stamps of outdated steps are taken away before make is asked.
    if (!name.startsWith('a step that needs')) assert.equal(ran, true)
  })
}

test('beginsNothing() leaves to make what goes round in a circle, of which make has something to say', (t) => {
  assert.equal(asked(t, { makefile: `all: a\na: b${recipe}b: a${recipe}`, stamps: ['a', 'b'] }).idle, false)
})

test('readsAlike() is true of what real makefiles have', () => {
  for (const line of [
    'HERE := $(dir $(lastword $(MAKEFILE_LIST)))',
    'include $(HERE)conf/$(OS).mk',
    'PACKAGES = $(filter-out $(SKIP),$(A) $(B:%=pkg-%))',
    '$(call install,$(A),b)',
    '\t(cd /tmp; $(RPM) -q a) && for x in $(A); do echo $$x $${x}; done; test "$$(id -u)" = 0',
    'ifneq ($(wildcard /etc/debian_version),)',
    '.DEFAULT_GOAL = all',
  ])
    assert.ok(readsAlike(line), line)
})

test('beginsNothing() leaves to make what a pattern may fit', (t) => {
  assert.equal(asked(t, { makefile: `all: a\na:${recipe}%.x:${recipe}`, stamps: ['a'] }).idle, false)
})

test('beginsNothing() says of no makefile that all is done where make begins a step', (t) => {
  // Every way in which three steps, a group and a need that is not there can hang together, with any of the stamps.
  const needs = ['', 'a', 'b', 'g', 'a g', '| a', 'n']
  let idleCount = 0
  for (let number = 0; number < 30; number += 1) {
    const pick = (salt: number): string => needs[(number * 7 + salt * (number % 11) + salt) % needs.length] ?? ''
    const makefile = `all: ${number % 3 === 0 ? 'c' : 'a b c g'}\na: ${number % 5 === 0 ? 'n' : ''}${recipe}b: ${pick(1)}${recipe}c: ${pick(2)}${recipe}g: ${number % 4 === 0 ? 'a' : ''}\nn:\n`
    const stamps = ['a', 'b', 'c'].filter((_, at) => at !== number % 6)
    const { idle, ran } = asked(t, { makefile, stamps })
    if (idle) idleCount += 1
    assert.ok(!(idle && ran), makefile)
  }
  assert.ok(idleCount > 5, `${idleCount} of 30 were idle`)
})
