import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { failure, namesIn, temporaryDirectory } from '../../test/support/files.ts'
import { systemDisk } from '../base/disk.io.ts'
import { loadHostKey } from './host-key.io.ts'

test('loadHostKey() makes an Ed25519 key once, for its owner only, and gives the same one ever after', async (t) => {
  const directory = temporaryDirectory(t)
  const path = join(directory, 'host.key')
  const made = await loadHostKey(systemDisk, path)
  assert.equal(made.asymmetricKeyType, 'ed25519')
  assert.equal(statSync(path).mode & 0o7777, 0o600)
  assert.deepEqual(namesIn(directory), ['host.key'])
  const bytes = readFileSync(path, 'utf8')
  assert.ok(made.equals(await loadHostKey(systemDisk, path)))
  assert.equal(readFileSync(path, 'utf8'), bytes)
})

test('loadHostKey() makes another key on every host', async (t) => {
  const directory = temporaryDirectory(t)
  const one = await loadHostKey(systemDisk, join(directory, 'one'))
  assert.ok(!one.equals(await loadHostKey(systemDisk, join(directory, 'two'))))
})

const good = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const otherKind = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const damaged = {
  empty: '',
  'cut short': good.slice(0, 60),
  'of another kind': otherKind.export({ type: 'pkcs8', format: 'pem' }).toString(),
  'with a byte changed': good.replace(/\n.{8}/, '\n!!!!!!!!'),
  'a public key': generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
}

for (const [how, content] of Object.entries(damaged)) {
  test(`loadHostKey() of a key that is ${how} is STATE_DAMAGED, shows nothing of it and leaves it`, async (t) => {
    const path = join(temporaryDirectory(t), 'host.key')
    writeFileSync(path, content)
    await assert.rejects(loadHostKey(systemDisk, path), (thrown: Error) => {
      failure('STATE_DAMAGED')(thrown)
      assert.equal(thrown.message, `${path} holds no Ed25519 private key`)
      assert.equal(thrown.cause, undefined)
      return true
    })
    assert.equal(readFileSync(path, 'utf8'), content)
  })
}
