import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idOfName, isTreeName, leavesTree, type TreeEntry, treeId } from './content.ts'

const file = (path: string, content = 'x', mode = 0o644): TreeEntry => ({ path, kind: 'file', mode, content })
const link = (path: string, content: string): TreeEntry => ({ path, kind: 'link', mode: 0, content })

test('treeId() depends on path, kind, mode and content, and not on the order', () => {
  const id = treeId([file('a'), file('b')])
  assert.match(id, /^[0-9a-f]{16}$/)
  assert.equal(treeId([file('b'), file('a')]), id)
  const others = [
    [file('a'), file('c')],
    [file('a'), file('b', 'y')],
    [file('a'), file('b', 'x', 0o755)],
    [file('a'), link('b', 'x')],
  ]
  for (const entries of others) assert.notEqual(treeId(entries), id)
})

test('a tree that was fetched again beside a changed one has the name by its content', () => {
  assert.ok(isTreeName('0123456789abcdef') && isTreeName('0123456789abcdef.1'))
  assert.ok(!isTreeName('.fetching-x') && !isTreeName('0123456789abcdef.x') && !isTreeName('..'))
  assert.equal(idOfName('0123456789abcdef.1'), '0123456789abcdef')
})

test('leavesTree() finds links out of the tree, but not those that isync installs', () => {
  for (const [path, target] of [
    ['a', '/etc'],
    ['a', '..'],
    ['d/a', '../../b'],
    ['a', 'b/../../c'],
  ] as const)
    assert.ok(leavesTree(link(path, target)), `${path} -> ${target}`)
  for (const [path, target] of [
    ['a', 'b'],
    ['d/a', '../b'],
    ['a', '..b'],
    ['files/etc/localtime', '/usr/share'],
  ] as const)
    assert.ok(!leavesTree(link(path, target)), `${path} -> ${target}`)
})
