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
  'touch $(@)\nfalse',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as a makefile has it.
  'touch "${@}"\nfalse',
  'touch done-1.0\nfalse',
  'cp -p a $@\nfalse',
  'date | tee $@\nfalse',
]) {
  test(`earlyStampLine() finds it in ${JSON.stringify(recipe)}`, () => {
    assert.notEqual(earlyStampLine(recipe, 'done-1.0'), undefined)
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
  'cp files/$@ /etc/$@\nmkdir -p /var/$@\ntouch $@',
  'touch /srv/done-1.0 done-1.0.old\ntouch $@',
  'exech $(PKGBANK)/$@\n- ln -fs /etc/ntp.conf.$(HOSTNAME) /etc/ntp.conf\ntouch $@',
]) {
  test(`earlyStampLine() finds nothing in ${JSON.stringify(recipe)}`, () => {
    assert.equal(earlyStampLine(recipe, 'done-1.0'), undefined)
  })
}
