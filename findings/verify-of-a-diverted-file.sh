#!/usr/bin/env bash
# `dpkg --verify` looks for a file whose path dpkg-divert has put aside at its other name, and says when it is missing
# there, but not when it is damaged: the checksum in the database belongs to the path, is looked for under the other
# name, and what has none passes. Nothing tells that it was not compared; `dpkg --audit`, to which the manual sends
# who wants to know of missing checksums, is silent too. Put back, the same file is reported. Needs Debian's apt and
# dpkg, and user namespaces.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
apt-get download dpkg=1.21.23 >/dev/null
dpkg -x dpkg_*.deb .
PATH=$PWD/usr/bin:$PATH:/usr/sbin:/sbin
export LC_ALL=C
dpkg --version | sed -n 1p
mkdir -p package/DEBIAN package/usr/lib/app root/var/lib/dpkg/{info,updates}
touch root/var/lib/dpkg/status
printf '%s\n' 'Package: package' 'Version: 1' 'Architecture: all' 'Maintainer: A <a@example.org>' 'Description: a' \
  >package/DEBIAN/control
echo content >package/usr/lib/app/file
(cd package && md5sum usr/lib/app/file >DEBIAN/md5sums)
chmod -R u=rwX,go=rX package
dpkg-deb --build --root-owner-group package package.deb >/dev/null

cat >steps <<'END'
set -euo pipefail
verify() {
  echo "$1: '$(dpkg --root="$PWD/root" --verify package)', audit: '$(dpkg --root="$PWD/root" --audit package)'"
}
umask 022
file=/usr/lib/app/file
dpkg --root="$PWD/root" --log=/dev/null --install package.deb >/dev/null
dpkg-divert --root="$PWD/root" --quiet --local --rename --divert "$file.distrib" --add "$file"
verify 'put aside'
echo damaged >"root$file.distrib"
verify 'damaged'
mv "root$file.distrib" kept
verify 'away'
mv kept "root$file.distrib"
dpkg-divert --root="$PWD/root" --quiet --local --rename --divert "$file.distrib" --remove "$file"
verify 'damaged, and put back'
END
unshare --user --map-root-user bash steps | tee said
[[ $(cat said) == "put aside: '', audit: ''
damaged: '', audit: ''
away: 'missing     /usr/lib/app/file.distrib', audit: ''
damaged, and put back: '??5??????   /usr/lib/app/file', audit: ''" ]]
