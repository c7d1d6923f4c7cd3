/** What Debian's own judge says of the package. It reads the whole runtime, which takes it most of a minute. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { releaseVersion } from '../../scripts/build.ts'
import { makeDeb } from '../../scripts/packages/deb.ts'
import { temporaryDirectory } from '../support/files.ts'
import { ran, unlessThere } from '../support/tools.ts'
import { packageArchitecture } from './debian-lab.ts'

test('lintian finds nothing to complain about', { skip: unlessThere('lintian', 'dpkg-deb') }, async (t) => {
  const architecture = packageArchitecture()
  const deb = await makeDeb(temporaryDirectory(t), { version: releaseVersion(), architecture }, 'none')
  // Which this one alone is.
  const uncompressed = ['uses-no-compression-for-control-tarball', 'uses-no-compression-for-data-tarball']
  const { text } = ran('lintian', '--fail-on', 'error,warning', '--suppress-tags', uncompressed.join(), deb)
  const complaints = text.split('\n').filter((line) => /^[EW]: /.test(line))
  assert.deepEqual(complaints, [])
})
