import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostNamesFrom, isHostName, parseHostNames } from './host-names.ts'

test('hostNamesFrom() takes a hostname with dots for the full name', () => {
  assert.deepEqual(hostNamesFrom('alder.example.com', '10.0.0.1 other alder'), {
    short: 'alder',
    fqdn: 'alder.example.com',
  })
})

test('hostNamesFrom() finds the full name of a short hostname in /etc/hosts', () => {
  const fqdnIn = (hosts: string): string => hostNamesFrom('alder', hosts).fqdn
  assert.equal(fqdnIn('127.0.0.1 localhost\n127.0.1.1\talder.example.com alder # me\n'), 'alder.example.com')
  assert.equal(fqdnIn('10.0.0.1 alder alder.example.com\n'), 'alder.example.com')
  assert.equal(fqdnIn('10.0.0.1 www.example.com alder\n'), 'www.example.com')
})

test('hostNamesFrom() keeps the short name where /etc/hosts says nothing about it', () => {
  for (const hosts of [
    undefined,
    '',
    '127.0.0.1 alder\n',
    '10.0.0.1 alder2.example.com alder2\n',
    '# 10.0.0.1 alder.example.com alder\n',
    '127.0.0.1 localhost.localdomain localhost alder\n',
  ]) {
    assert.deepEqual(hostNamesFrom('alder', hosts), { short: 'alder', fqdn: 'alder' })
  }
})

test('hostNamesFrom() and parseHostNames() know a name by any case and with the dot of the root', () => {
  const names = { short: 'alder', fqdn: 'alder.example.com' }
  assert.deepEqual(hostNamesFrom('alder.example.com.', undefined), names)
  assert.deepEqual(hostNamesFrom('alder.', '10.0.0.1 Alder.example.com. ALDER\n'), {
    ...names,
    fqdn: 'Alder.example.com',
  })
  assert.deepEqual(parseHostNames('alder.example.com.'), names)
})

test('parseHostNames() takes a name with or without its domain, and refuses the rest', () => {
  assert.deepEqual(parseHostNames('alder.example.com'), { short: 'alder', fqdn: 'alder.example.com' })
  assert.deepEqual(parseHostNames('alder'), { short: 'alder', fqdn: 'alder' })
  assert.throws(() => parseHostNames('a b'), {
    code: 'CONFIG',
    message: 'environment: IS_HOSTNAME must be a host name, not "a b"',
  })
})

test('isHostName() refuses what DNS would', () => {
  for (const name of ['a', 'a-b.c', 'A_1.example.com', '0a']) assert.ok(isHostName(name), name)
  for (const name of ['', '.', 'a..b', '-a', 'a-', 'a.', 'a/b', 'a:1', 'x'.repeat(254)])
    assert.ok(!isHostName(name), name)
})
