#!/usr/bin/env bash
# bsdtar gives an empty file and status 0 when it is asked for one name out of a cpio archive (newc, as in an RPM or
# an initramfs) and the file has another name further on: the format has the content with the last name only, and
# libarchive writes it when that one is unpacked, too. The last name alone fails, for want of the first. GNU cpio,
# which has made the archive, gives the content with either name. Needs Debian's apt and dpkg.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
apt-get download cpio=2.13+dfsg-7.1 libarchive-tools=3.6.2-1+deb12u4 libarchive13=3.6.2-1+deb12u4 \
  libxml2=2.9.14+dfsg-1.3~deb12u6 libicu72=72.1-3+deb12u1 >/dev/null
for package in *.deb; do dpkg -x "$package" .; done
LD_LIBRARY_PATH=$(echo "$PWD"/usr/lib/*-linux-gnu*)
export LD_LIBRARY_PATH LC_ALL=C
usr/bin/bsdtar --version
bin/cpio --version | sed -n 1p

echo content >first
ln first last
printf '%s\n' first last | bin/cpio --quiet -o -H newc >archive

bsdtar_gives() { ../usr/bin/bsdtar -xf ../archive "$1"; }
cpio_gives() { ../bin/cpio --quiet -i "$1" <../archive; }
for tool in bsdtar cpio; do
  for name in first last; do
    mkdir out
    status=0
    (cd out && "${tool}_gives" "$name") || status=$?
    echo "$tool, $name: exit status $status, $(cd out && wc -c "$name" 2>/dev/null || echo nothing)"
    rm -r out
  done
done | tee said
[[ $(cat said) == 'bsdtar, first: exit status 0, 0 first
bsdtar, last: exit status 1, nothing
cpio, first: exit status 0, 8 first
cpio, last: exit status 0, 8 last' ]]
