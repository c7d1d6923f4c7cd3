#!/usr/bin/env bash
# dpkg-statoverride on a path that dpkg-divert has put aside means one file at once and another one later: `--add
# --update` changes what lies at the path, which is the file of whoever has put the package's aside, and when the
# package is unpacked the next time its own file, at the other name, gets the mode. An override of the other name is
# the other way round: the package's file gets it at once, and loses it then. Needs Debian's apt and dpkg, and user
# namespaces.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
apt-get download dpkg=1.21.23 >/dev/null
dpkg -x dpkg_*.deb .
PATH=$PWD/usr/bin:$PATH:/usr/sbin:/sbin
export LC_ALL=C
dpkg --version | sed -n 1p
mkdir -p package/DEBIAN package/etc root/var/lib/dpkg/{info,updates}
touch root/var/lib/dpkg/status
printf '%s\n' 'Package: package' 'Version: 1' 'Architecture: all' 'Maintainer: A <a@example.org>' 'Description: a' \
  >package/DEBIAN/control
echo "the package's" >package/etc/app
chmod -R u=rwX,go=rX package
dpkg-deb --build --root-owner-group package package.deb >/dev/null

cat >steps <<'END'
set -euo pipefail
unpack() { dpkg --root="$PWD/root" --log=/dev/null --install package.deb >/dev/null; }
tell() { (cd root/etc && echo "$1: $(stat -c '%n %a' app* | paste -s -d ' ')"); }
umask 022
unpack
dpkg-divert --root="$PWD/root" --local --rename --divert /etc/app.distrib --add /etc/app
echo "the administrator's" >root/etc/app
tell 'put aside'
dpkg-statoverride --root="$PWD/root" --update --add root root 0600 /etc/app
tell 'override of app'
unpack
tell 'unpacked again'
dpkg-statoverride --root="$PWD/root" --remove /etc/app
chmod 644 root/etc/app*
dpkg-statoverride --root="$PWD/root" --update --add root root 0600 /etc/app.distrib
tell 'override of app.distrib'
unpack
tell 'unpacked again'
END
unshare --user --map-root-user bash steps | tee said
[[ $(grep -v '^Adding' said) == 'put aside: app 644 app.distrib 644
override of app: app 600 app.distrib 644
unpacked again: app 600 app.distrib 600
override of app.distrib: app 644 app.distrib 600
unpacked again: app 644 app.distrib 644' ]]
