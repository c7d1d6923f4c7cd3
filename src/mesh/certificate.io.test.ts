import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../test/support/files.ts'
import { systemDisk } from '../base/disk.io.ts'
import { hostCertificate } from './certificate.io.ts'
import { peerIdOf, peerIdOfPeer } from './peer-id.ts'

test('a certificate carries the host key, is made once, and is made anew when it is not of this key', async (t) => {
  const path = join(temporaryDirectory(t), 'host.crt')
  const { privateKey } = generateKeyPairSync('ed25519')
  const made = await hostCertificate(systemDisk, path, privateKey)
  const certificate = new X509Certificate(made)
  assert.equal(peerIdOfPeer(certificate.publicKey), peerIdOf(privateKey))
  assert.ok(certificate.verify(certificate.publicKey), 'signed by itself')
  assert.deepEqual([certificate.validFromDate.getTime(), certificate.validToDate.getUTCFullYear()], [0, 9999])
  assert.equal(await hostCertificate(systemDisk, path, privateKey), made)
  for (const other of ['', 'nonsense', made.slice(0, 200)]) {
    writeFileSync(path, other)
    const again = await hostCertificate(systemDisk, path, privateKey)
    assert.ok(new X509Certificate(again).checkPrivateKey(privateKey))
    assert.equal(readFileSync(path, 'utf8'), again)
  }
  const clone = generateKeyPairSync('ed25519').privateKey
  assert.ok(new X509Certificate(await hostCertificate(systemDisk, path, clone)).checkPrivateKey(clone))
})
