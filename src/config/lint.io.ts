import { existsSync, statSync } from 'node:fs'
import { refuseChangeable, refuseChangeableTree } from '../base/changeable.io.ts'
import { parseDomainName, type TrustedName, toIsconfError, unlookedAt } from '../base/index.ts'
import { closedMark } from './closed-mark.io.ts'
import { defaultHmacKeysPath, domainFilePath, type Found, finder } from './config.ts'
import type { HostNames } from './host-names.ts'
import { type Finding, lintHmacKeys, lintMainCf, lintNets } from './lint.ts'
import { listenFamilyHere } from './listen-family.io.ts'
import { defaultMainCfPath, type LoadOptions, namesOf } from './load.io.ts'
import { type MainCf, parseMainCf } from './main-cf.ts'
import { matchingStanza, possibleFullNames, resolveAssignments } from './main-cf-resolve.ts'
import { isUnknownSetting, notASetting } from './misspelt.ts'
import { type Setting, settings } from './settings.ts'
import { readTextFile } from './text-file.io.ts'

/** What there is to say about one file that is to become a main.cf. */
export function lintFile(path: string): readonly Finding[] {
  return orFinding(path, () => {
    const text = readTextFile(path)
    return text === undefined ? [error(path, 'no such file')] : lintMainCf(text, path)
  })
}

/** What there is to say about everything that the daemon of this host would read. */
export function lintHost(options: LoadOptions = {}): readonly Finding[] {
  const path = options.configPath ?? defaultMainCfPath
  const environment = options.environment ?? process.env
  const text = orFinding(path, () => readTextFile(path))
  if (typeof text === 'object') return text
  if (text === undefined && options.configPath !== undefined) return [error(path, 'no such file')]
  const ofMainCf = lintMainCf(text ?? '', path)
  const findings = [
    ...lookFindings(path, () => refuseChangeable('mainCf', path)),
    ...ofMainCf,
    ...environmentFindings(environment),
  ]
  const names = orFinding(null, () => namesOf(options, environment))
  if ('length' in names) return [...findings, ...names]
  // What can't be read is no ground for saying what follows from it.
  if (ofMainCf.some(({ severity }) => severity === 'error')) return findings
  const mainCf = parseMainCf(text ?? '', path)
  const find = finder(resolveAssignments(mainCf, names), path, environment)
  const read = <Value>(row: Setting<Value>): Value => inForce(row, find(row.env))
  const home = read(settings.home)
  const hooks = read(settings.hooksPath)
  return [
    ...findings,
    ...lookFindings(home, () => refuseChangeableTree('home', home, unlookedAt)),
    ...lookFindings(hooks, () => refuseChangeableTree('hooks', hooks)),
    ...nameFindings(mainCf, names),
    ...listenFindings(read(settings.listen)),
    ...domainFindings(home, find(settings.domain.env)),
    ...keysFindings(home, read(settings.hmacKeysPath)),
    ...fileFindings('nets', read(settings.netsPath), settings.netsPath.env, (content, file) =>
      lintNets(content, file, read(settings.port)),
    ),
  ]
}

/** A host that knows no domain can't be matched with a full name. */
function nameFindings(mainCf: MainCf, names: HostNames): readonly Finding[] {
  const [possible] = matchingStanza(mainCf, names) === undefined ? possibleFullNames(mainCf, names) : []
  if (possible === undefined) return []
  const message = `this host is called ${names.short}, without a domain: it gets nothing of ${possible}, which it may be`
  return [{ severity: 'warning', file: mainCf.path, line: null, message }]
}

function listenFindings(listen: string): readonly Finding[] {
  const message = listenFamilyHere(listen)
  return message === undefined ? [] : [{ severity: 'warning', file: null, line: null, message }]
}

/** What there is to say about who else can change a path. */
function lookFindings(path: string, look: () => void): readonly Finding[] {
  return orFinding(path, () => {
    look()
    return []
  })
}

function keysFindings(home: string, named: string | undefined): readonly Finding[] {
  const byDefault = defaultHmacKeysPath(home)
  // By itself it need not be there, unless it was: the daemon does not start then, either.
  if (named === undefined && !existsSync(byDefault))
    return closedMark(home).isSet() ? [error(byDefault, 'no such file, though it had the keys of the domain')] : []
  const path = named ?? byDefault
  // The daemon does not start without it: that would open the domain.
  if (!existsSync(path)) return [error(path, `no such file, though ${settings.hmacKeysPath.env} names it`)]
  return fileFindings('keys', path, settings.hmacKeysPath.env, (content, file) =>
    lintHmacKeys(content, file, statSync(file).mode & 0o777),
  )
}

function environmentFindings(environment: Readonly<Record<string, string | undefined>>): readonly Finding[] {
  const findings: Finding[] = []
  const add = (severity: Finding['severity'], message: string): void =>
    void findings.push({ severity, file: null, line: null, message: `environment: ${message}` })
  for (const row of Object.values(settings)) {
    const text = environment[row.env] ?? ''
    const parsed = text === '' ? undefined : row.parse(text)
    if (parsed && 'problem' in parsed) add('error', `${row.env} ${parsed.problem}`)
  }
  for (const name of Object.keys(environment).filter(isUnknownSetting).sort()) {
    add('warning', notASetting(name))
  }
  return findings
}

/** The value in force. A bad value has been reported already, and the default is used instead. */
function inForce<Value>(row: Setting<Value>, found: Found | undefined): Value {
  const parsed = found === undefined || found.text === '' ? undefined : row.parse(found.text)
  return parsed && 'value' in parsed ? parsed.value : row.fallback
}

function domainFindings(home: string, found: Found | undefined): readonly Finding[] {
  const path = domainFilePath(home)
  return orFinding(path, () => {
    const text = readTextFile(path)?.trim()
    if (text === '') return [error(path, 'the file is empty')]
    if (text !== undefined) parseDomainName(text, `${path}:1`)
    else if (found === undefined || found.text === '') {
      return [
        {
          ...error(path, ''),
          file: null,
          message: `no domain is set: looked in ${path}, main.cf and IS_DOMAIN; say isconf init DOMAIN`,
        },
      ]
    } else parseDomainName(found.text, found.source)
    return []
  })
}

function fileFindings(
  name: TrustedName,
  path: string | undefined,
  env: string,
  lint: (text: string, path: string) => readonly Finding[],
): readonly Finding[] {
  if (path === undefined) return []
  return orFinding(path, () => {
    const text = readTextFile(path)
    if (text !== undefined) return [...lookFindings(path, () => refuseChangeable(name, path)), ...lint(text, path)]
    return [{ severity: 'warning', file: path, line: null, message: `no such file, though ${env} names it` }]
  })
}

/** What `look` returns, or its failure as a finding about the file. */
function orFinding<Value>(file: string | null, look: () => Value): Value | readonly Finding[] {
  try {
    return look()
  } catch (thrown) {
    const { message } = toIsconfError(thrown)
    const [, at, line, rest] = message.match(/^(\/[^:]*):(\d+): (.*)$/s) ?? []
    if (at !== undefined) return [{ severity: 'error', file: at, line: Number(line), message: rest ?? '' }]
    return [{ severity: 'error', file, line: null, message }]
  }
}

function error(file: string, message: string): Finding {
  return { severity: 'error', file, line: null, message }
}
