#!/usr/bin/env bash
# dependency-cruiser beside TypeScript 7, which it can't use, reads no TypeScript file, prints a green "no dependency
# violations found (0 modules …)" and exits with 0: a check that looks at its exit status passes whatever the code does.
# Beside TypeScript 6 the same command finds the circle and exits with 1.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
mkdir src
echo "import { b } from './b.ts'; export const a = () => b" >src/a.ts
echo "import { a } from './a.ts'; export const b = () => a" >src/b.ts
echo '{ "name": "x", "version": "1.0.0", "private": true }' >package.json
echo "export default { forbidden: [{ name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } }] }" >rules.mjs

# How the check of a circle of two files ends beside a version of TypeScript.
cruise() {
  npm install --silent --no-audit --no-fund dependency-cruiser@18.7.2 "typescript@$1" >/dev/null
  local status=0
  npx --no-install depcruise --config=rules.mjs src >said 2>&1 || status=$?
  echo "typescript $1: exit status $status"
  cat said
  [[ $status -eq $2 ]] || exit 1
}

cruise 6.0.3 1
grep -q 'no-cycles' said
cruise 7.0.2 0
grep -q 'no dependency violations found (0 modules' said
