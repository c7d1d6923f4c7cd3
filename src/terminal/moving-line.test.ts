import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withMovingLine } from './moving-line.ts'

function screen(progressColumns: number | undefined) {
  let written = ''
  const put = (text: string | Uint8Array): void => {
    written += typeof text === 'string' ? text : Buffer.from(text).toString()
  }
  const terminal = withMovingLine({ out: put, err: put, ...(progressColumns !== undefined && { progressColumns }) })
  return { terminal, written: () => written.replaceAll('\r\x1b[K', '<') }
}

test('a moving line is written over, fits the screen, and is gone before anything else is written', () => {
  const { terminal, written } = screen(12)
  terminal.move('read 1 of 9')
  terminal.move('read 2 of 9 bytes\x1b[2J')
  terminal.out('a line\n')
  terminal.err('another\n')
  terminal.move('読読読読読読')
  terminal.show?.('output\n')
  terminal.move('nothing more')
  terminal.move('')
  terminal.move('')
  terminal.err('the end\n')
  const moved = '<read 1 of 9<read 2 of 9<a line\nanother\n<読読読読読<output\n<nothing mor<the end\n'
  assert.equal(written(), moved)
})

test('a moving line is not written over the beginning of a line that a command has not ended', () => {
  const { terminal, written } = screen(12)
  terminal.err('Reading... ')
  terminal.move('read 1 of 9')
  terminal.err(Buffer.from('done\n'))
  terminal.move('read 2 of 9')
  assert.equal(written(), 'Reading... \n<read 1 of 9<done\n<read 2 of 9')
})

test('where nobody looks at a screen nothing moves', () => {
  const { terminal, written } = screen(undefined)
  assert.equal(terminal.move('read 1 of 9'), false)
  terminal.out('a line\n')
  assert.equal(written(), 'a line\n')
})
