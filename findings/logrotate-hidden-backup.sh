#!/usr/bin/env bash
# logrotate passes over `app~` in a directory that it includes, because names that end in `~` are taboo, and reads
# `.app~`: the taboo pattern `*~` does not match a name with a dot in front (fnmatch with FNM_PERIOD). So what an editor or
# an installer leaves beside `app`, hidden and marked as a backup, counts, and the real file, which comes after it, is
# passed over as a duplicate. Needs Debian's apt and dpkg.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
apt-get download logrotate=3.21.0-1 >/dev/null
dpkg -x logrotate_*.deb .
mkdir -m 755 included
for name in app app~ .app~; do printf '/nowhere/log {\n  daily\n}\n' >"included/$name"; done
chmod 644 included/* included/.app~
echo 'include included' >conf
chmod 644 conf
usr/sbin/logrotate --version 2>&1 | sed -n 1p
usr/sbin/logrotate -d -s state conf >said 2>&1 || true
grep -E 'app' said
grep -q '^Ignoring app~, because of \*~ pattern match$' said
grep -q '^reading config file .app~$' said
grep -q '^error: app:1 duplicate log entry' said
