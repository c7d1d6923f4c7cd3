#!/usr/bin/env bash
# `useradd --prefix DIRECTORY`, which adds a user to a root file system that is built there, takes away the record of
# the last login on the machine that builds it of whoever has that number here: it clears the number's entry in
# /var/log/lastlog, in case a user who was removed had it, and does not look for that file below the prefix.
# `usermod --prefix -u` likewise gives the old number's entry to the new one. The manual names the files that are read
# and changed, and what --prefix leaves undone, without that. Needs Debian's apt and dpkg, and user namespaces:
# /var/log is an empty one here.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
apt-get download passwd=1:4.13+dfsg1-1+deb12u2 >/dev/null
dpkg -x passwd_*.deb .
dpkg-deb -f passwd_*.deb Package Version
mkdir -p root/etc
echo root:x:0:0:root:/root:/bin/sh >root/etc/passwd
printf 'root:x:0:\napp:x:1000:\n' >root/etc/group

cat >build <<'END'
set -euo pipefail
mount -t tmpfs tmpfs /var/log
# An entry has 292 bytes, at as many bytes times the number of its user.
truncate -s $((1000 * 292)) /var/log/lastlog
printf '%292s' | tr ' ' x >>/var/log/lastlog
truncate -s $((2000 * 292)) /var/log/lastlog

# How many bytes of the entries of two numbers are not 0.
tell() {
  for number in 1000 1500; do
    dd if=/var/log/lastlog bs=292 skip="$number" count=1 status=none | tr -d '\0' >entry
    echo "$1, entry of $number: $(wc -c <entry) bytes"
  done
}
tell 'at first'
case $1 in
  useradd) usr/sbin/useradd --prefix "$PWD/root" -u 1000 -g 1000 -M app ;;
  usermod) usr/sbin/usermod --prefix "$PWD/root" -u 1500 app ;;
esac
tell "after $1"
cat root/etc/passwd
END
for tool in useradd usermod; do unshare --user --map-root-user --mount bash build "$tool"; done | tee said
[[ $(grep entry said) == 'at first, entry of 1000: 292 bytes
at first, entry of 1500: 0 bytes
after useradd, entry of 1000: 0 bytes
after useradd, entry of 1500: 0 bytes
at first, entry of 1000: 292 bytes
at first, entry of 1500: 0 bytes
after usermod, entry of 1000: 292 bytes
after usermod, entry of 1500: 292 bytes' ]]
