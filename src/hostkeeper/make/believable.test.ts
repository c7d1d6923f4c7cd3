import assert from 'node:assert/strict'
import { test } from 'node:test'
import { earlyStampLine } from './believable.ts'

for (const recipe of [
  'echo x > $@\nfalse',
  'touch $@\nservice ntpd restart',
  '@touch $@ other\n\tfalse',
  'mkdir -p $@\ncp a $@/b',
  'make install; touch $@',
  'tar xf a.tar -C / ; echo done >$@',
  'cd /usr/src && \\\n./configure; make; touch $@',
]) {
  test(`earlyStampLine() finds it in ${JSON.stringify(recipe)}`, () => {
    assert.notEqual(earlyStampLine(recipe), undefined)
  })
}

for (const recipe of [
  'rpm -q $@ || rpm -Uvh $(PKGBANK)/$@.i386.rpm\ntouch $@',
  'isync -o $@\nservice ntpd restart',
  'make install && touch $@',
  'date > $@',
  '- service ntpd stop\nmake install\ntouch $@\n# touch $@ was here',
  'set -e; make install; touch $@',
  'if test -e x; then touch $@; else false; fi',
  'exech $(PKGBANK)/$@\n- ln -fs /etc/ntp.conf.$(HOSTNAME) /etc/ntp.conf\ntouch $@',
]) {
  test(`earlyStampLine() finds nothing in ${JSON.stringify(recipe)}`, () => {
    assert.equal(earlyStampLine(recipe), undefined)
  })
}
