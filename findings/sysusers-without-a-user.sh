#!/usr/bin/env bash
# systemd-sysusers says that it failed to create a user, whose group is given by a number that no group has, and ends
# with 0: its manual promises another status on failure, and for a line that it cannot read it keeps that. So an image
# is built without an error, and without the user whom a service of it runs as. Needs Debian's apt and dpkg.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
apt-get download systemd-standalone-sysusers=252.39-1~deb12u2 >/dev/null
dpkg -x systemd-standalone-sysusers_*.deb .
bin/systemd-sysusers --version | sed -n 1p

# What becomes of a line beside another that is good.
create() {
  mkdir -p root/etc
  local status=0
  bin/systemd-sysusers --root="$directory/root" --inline 'u good - "Good"' "$1" || status=$?
  echo "$1: exit status $status, users: $(cut -d : -f 1 root/etc/passwd 2>/dev/null | paste -s -d ' ')"
  rm -r root
}
{
  create 'u app 600:700 "App"'
  create 'u app 600:700:800 "App"'
} 2>&1 | tee said
grep -q '^Failed to create app: please create GID 700$' said
grep -q '^u app 600:700 "App": exit status 0, users: good$' said
grep -q '^u app 600:700:800 "App": exit status [1-9]' said
