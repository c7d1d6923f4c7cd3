#!/usr/bin/env bash
# A line of progress that log-update, ora or cli-progress shows while the cursor stands behind a line that is not ended, as
# `printf 'Reading... '` of a command leaves it, takes that line away: they erase whole lines of the screen, also what they
# have not written. And what is to be shown goes to the terminal as it is: an escape sequence in it moves the cursor.
# The screen is @xterm/headless, 40 columns wide.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent log-update@8.0.0 ora@9.4.1 cli-progress@3.12.0 @xterm/headless@6.0.0
cat >measure.mjs <<'END'
import xterm from '@xterm/headless'
import cliProgress from 'cli-progress'
import { createLogUpdate } from 'log-update'
import ora from 'ora'

const moves = {
  clearLine: (direction) => `\x1b[${{ '-1': 1, 0: 2, 1: 0 }[direction]}K`,
  cursorTo: (x) => `\x1b[${x + 1}G`,
  moveCursor: (_, y) => (y < 0 ? `\x1b[${-y}A` : y > 0 ? `\x1b[${y}B` : ''),
}

function screen() {
  let written = ''
  const write = (text) => {
    written += text
    return true
  }
  const stream = { isTTY: true, columns: 40, rows: 10, write, once: () => {}, on: () => {}, removeListener: () => {} }
  for (const [name, move] of Object.entries(moves)) stream[name] = (...words) => write(move(...words))
  const shown = async () => {
    const terminal = new xterm.Terminal({ cols: 40, rows: 10, allowProposedApi: true, convertEol: true })
    await new Promise((done) => terminal.write(written, done))
    const { active } = terminal.buffer
    const lines = Array.from({ length: active.length }, (_, at) => active.getLine(at).translateToString(true))
    return lines.join('\n').trimEnd()
  }
  return { stream, shown }
}

const libraries = {
  'log-update 8.0.0': (stream) => {
    const update = createLogUpdate(stream, { showCursor: true })
    return { show: update, clear: update.clear }
  },
  'ora 9.4.1': (stream) => {
    const still = { interval: 1e7, frames: [''] }
    const one = ora({ stream, isEnabled: true, discardStdin: false, hideCursor: false, spinner: still })
    const show = (text) => {
      one.text = text
      one.render()
    }
    return { show, clear: () => one.clear() }
  },
  'cli-progress 3.12.0': (stream) => {
    const bar = new cliProgress.SingleBar({ stream, format: '{text}', clearOnComplete: true, forceRedraw: true })
    let isBegun = false
    const show = (text) => {
      if (!isBegun) bar.start(9, 0, { text })
      isBegun = true
      bar.update(1, { text })
      bar.render(true)
    }
    return { show, clear: () => bar.stop() }
  },
}

for (const [name, library] of Object.entries(libraries)) {
  const one = screen()
  one.stream.write('Reading... ')
  const line = library(one.stream)
  line.show('read 1 of 9')
  line.show('read 2 of 9')
  line.clear()
  one.stream.write('done\n')
  const other = screen()
  other.stream.write('before\n')
  const moving = library(other.stream)
  moving.show('a file \x1b[2J\x1b[H')
  moving.clear()
  console.log(`${name}: ${JSON.stringify(await one.shown())} ${JSON.stringify(await other.shown())}`)
}
process.exit(0)
END
node measure.mjs | tee said
test "$(cat said)" = 'log-update 8.0.0: "done" ""
ora 9.4.1: "done" ""
cli-progress 3.12.0: "done" ""'
