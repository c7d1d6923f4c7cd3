#!/usr/bin/env bash
# GNU make copies a makefile that it reads from standard input to a file in TMPDIR, and removes that at its end; but when
# `$(error)` ends the reading, the copy stays for ever, one more with each call. It stays also with -q, which is not to
# change anything. Needs Debian's apt and dpkg.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
chmod 755 "$directory"
cd "$directory"
apt-get download make=4.3-4.1 >/dev/null
dpkg -x make_*.deb .
mkdir left
export TMPDIR=$PWD/left
count() { find left -type f | wc -l; }
usr/bin/make --version | sed -n 1p
echo 'all:' | usr/bin/make -q -f -
echo "left by what ends well: $(count)"
for time in first second; do
  # shellcheck disable=SC2016 # for make to expand
  if echo '$(error enough)' | usr/bin/make -q -f -; then exit 1; fi
  echo "left after the $time that ends with an error: $(count)"
done
[ "$(count)" -eq 2 ]
