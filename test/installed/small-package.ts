/** Debian packages of our own making, as small as they can be. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

interface SmallPackage {
  readonly name: string
  readonly version: string
  readonly depends?: string
  /** Files of DEBIAN/ by name: scripts, templates, conffiles. */
  readonly control?: Readonly<Record<string, string>>
  /** Files that it installs, by path. */
  readonly files?: Readonly<Record<string, string>>
}

const scripts = new Set(['config', 'preinst', 'postinst', 'prerm', 'postrm'])

/** Makes `NAME_VERSION.deb` in a directory; its name. */
export function smallPackage(directory: string, { name, version, depends, control, files }: SmallPackage): string {
  const tree = mkdtempSync(join(tmpdir(), 'isconf-small-package-'))
  const write = (path: string, text: string, mode: number): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true, mode: 0o755 })
    writeFileSync(join(tree, path), text, { mode })
  }
  const fields = [`Package: ${name}`, `Version: ${version}`, 'Architecture: all', 'Maintainer: Luke <luke@example.com>']
  if (depends !== undefined) fields.push(`Depends: ${depends}`)
  write('DEBIAN/control', `${[...fields, 'Description: for a test'].join('\n')}\n`, 0o644)
  for (const [file, text] of Object.entries(control ?? {}))
    write(join('DEBIAN', file), text, scripts.has(file) ? 0o755 : 0o644)
  for (const [path, text] of Object.entries(files ?? {})) write(path, text, 0o644)
  const file = `${name}_${version}.deb`
  const words = ['--root-owner-group', '-Znone', '--build', tree, join(directory, file)]
  const { status, stderr } = spawnSync('dpkg-deb', words, { encoding: 'utf8' })
  rmSync(tree, { recursive: true })
  assert.equal(status, 0, stderr)
  return file
}

/** A package that asks a choice, a yes or no, and a word, and says what it was answered and how it was run. */
export function askingPackage(directory: string, version: string): string {
  const template = (name: string, type: string, fallback: string, more = ''): string =>
    `Template: asking/${name}\nType: ${type}\nDefault: ${fallback}\n${more}Description: which ${name}?\n`
  const templates = [
    template('choice', 'select', 'two', 'Choices: one, two, three\n'),
    template('yes', 'boolean', 'true'),
    template('word', 'string', 'something'),
  ]
  const confmodule = '#!/bin/sh\nset -e\n. /usr/share/debconf/confmodule\n'
  const ask = ['choice', 'yes', 'word'].map((name) => `db_input high asking/${name} || true\n`).join('')
  const say = ['choice', 'yes', 'word'].map((name) => `db_get asking/${name}; echo "${name}=$RET" >>/root/asked\n`)
  const surroundings = [
    '{ test -t 1 || test -t 2; } && echo terminal >>/root/asked',
    '(: </dev/tty) 2>/dev/null && echo tty >>/root/asked',
    'command -v local-program >>/root/asked || echo no local-program >>/root/asked',
    '',
  ].join('\n')
  return smallPackage(directory, {
    ...{ name: 'asking', version, depends: 'debconf' },
    control: {
      templates: templates.join('\n'),
      config: `${confmodule}${ask}db_go || true\n`,
      postinst: `${confmodule}echo version ${version} >>/root/asked\n${say.join('')}${surroundings}`,
    },
  })
}
