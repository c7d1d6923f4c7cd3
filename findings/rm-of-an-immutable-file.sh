#!/usr/bin/env bash
# Node's fs.rm() of a regular file that may not be unlinked (EPERM: immutable, append-only, or in a directory that is)
# fails with ENOTDIR and names scandir, as if something on the way were no directory; unlink() says EPERM. Who takes
# ENOTDIR for "it is not there", as it is for every other call, believes that a file is gone that still is. Needs root
# and a file system with the attributes of chattr.
set -euo pipefail
directory=$(mktemp -d)
trap 'chattr -i "$directory/file" 2>/dev/null || true; rm -rf "$directory"' EXIT
cd "$directory"
npm install --silent --no-audit --no-fund --prefix node node@24.4.1 >/dev/null
touch file
chattr +i file
node/node_modules/.bin/node -e '
  const { rm, unlink } = require("node:fs/promises")
  const said = async (promise) => promise.then(() => "done", ({ code, syscall }) => `${code} ${syscall}`)
  const main = async () => {
    console.log(process.version)
    console.log(`rm, force: ${await said(rm("file", { force: true }))}`)
    console.log(`rm, recursive: ${await said(rm("file", { recursive: true }))}`)
    console.log(`unlink: ${await said(unlink("file"))}`)
  }
  main()
' | tee said
[[ $(tail -n 3 said) == $'rm, force: ENOTDIR scandir\nrm, recursive: ENOTDIR scandir\nunlink: EPERM unlink' ]]
