/** The boundaries between the parts, made from the table in scripts/layers.ts. Run by `npm run check`. */
import { hostkeeperMayImport, mayImport } from './scripts/layers.ts'

// A test may reach for whatever it needs to look inside.
const tests = '\\.test\\.ts$'

const layerRules = Object.entries(mayImport).map(([part, allowed]) => ({
  name: `layer-${part}`,
  severity: 'error',
  comment: `${part} may import ${allowed.join(', ') || 'nothing'} (scripts/layers.ts)`,
  from: { path: part === 'main' ? '^src/[^/]+\\.ts$' : `^src/${part}/`, pathNot: tests },
  to: { path: '^src/', pathNot: `^src/(${[part, ...allowed].join('|')})/` },
}))

const roomRules = Object.entries(hostkeeperMayImport).map(([room, allowed]) => ({
  name: `hostkeeper-${room}`,
  severity: 'error',
  comment: `hostkeeper/${room} may import ${allowed.join(', ') || 'no other room'} (scripts/layers.ts)`,
  from: { path: `^src/hostkeeper/${room}/`, pathNot: tests },
  to: { path: '^src/hostkeeper/', pathNot: `^src/hostkeeper/(${[room, ...allowed].join('|')})/` },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...layerRules,
    ...roomRules,
    {
      name: 'hostkeeper-by-index',
      severity: 'error',
      comment: 'a room of hostkeeper is entered by its index.ts',
      from: { path: '^src/hostkeeper/([^/]+)/', pathNot: tests },
      to: { path: '^src/hostkeeper/', pathNot: ['^src/hostkeeper/$1/', '/index\\.ts$'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'files that need each other are one file, or hide a third',
      from: {},
      to: { circular: true },
    },
    {
      name: 'enter-by-index',
      severity: 'error',
      comment: "another folder is entered by its index.ts; base's *.io.ts by the daemon and other *.io.ts files",
      from: { path: '^src/([^/]+)/', pathNot: [tests, '^src/daemon/', '\\.io\\.ts$'] },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'enter-by-index-daemon-and-io',
      severity: 'error',
      comment: "another folder is entered by its index.ts; only base's *.io.ts may be taken directly",
      from: { path: ['^src/(daemon)/', '^src/([^/]+)/.*\\.io\\.ts$'], pathNot: tests },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', '^src/base/[^/]+\\.io\\.ts$'] },
    },
    {
      name: 'main-enters-by-index',
      severity: 'error',
      comment: 'a program takes each part by its index.ts',
      from: { path: '^src/[^/]+\\.ts$' },
      to: { path: '^src/[^/]+/', pathNot: '^src/([^/]+|hostkeeper/[^/]+)/index\\.ts$' },
    },
    {
      name: 'daemon-on-demand',
      severity: 'error',
      comment: "a command must not load the daemon's libraries: src/main.ts imports the daemon with import()",
      from: { path: '^src/main\\.ts$' },
      to: { path: '^src/daemon/', dynamic: false },
    },
    {
      name: 'answers-as-types',
      severity: 'error',
      comment: 'a program that takes the schemas of the answers loads the library that makes them, to check nothing',
      from: { path: '^src/', pathNot: [tests, '^src/control/answers/'] },
      to: { path: '^src/control/answers/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'io-in-io',
      severity: 'error',
      comment: 'what touches the machine is taken by *.io.ts files, the index.ts of its folder, daemon/ and tests',
      from: { path: '^src/', pathNot: [tests, '\\.io\\.[jt]s$', '/index\\.ts$', '^src/daemon/', '^src/[^/]+\\.ts$'] },
      to: { path: '^src/.*\\.io\\.ts$' },
    },
    {
      name: 'no-test-in-source',
      severity: 'error',
      comment: 'the program does not need its tests',
      from: { path: '^src/', pathNot: tests },
      to: { path: [tests, '^(test|scripts|bench|demo)/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'import', 'types', 'default'] },
  },
}
