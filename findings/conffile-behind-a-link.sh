#!/usr/bin/env bash
# dpkg upgrades a package, says nothing, ends with 0, and leaves a conffile as it was where that is a symbolic link, as
# who keeps the configuration elsewhere makes it: also one that nobody has edited, and with --force-confnew. The new
# one lies beside the link as .dpkg-new for good: unpacking has put it beside the link, configuring looks for it beside
# the file that the link means, finds none and takes it for dealt with. `dpkg --audit` has no word for it. A conffile
# that is no link is replaced. Needs Debian's apt and dpkg, and user namespaces: /mnt is an empty one.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
apt-get download dpkg=1.21.23 >/dev/null
dpkg -x dpkg_*.deb .
PATH=$PWD/usr/bin:$PATH:/usr/sbin:/sbin
export LC_ALL=C
dpkg --version | sed -n 1p
mkdir -p package/DEBIAN package/mnt
echo /mnt/conf >package/DEBIAN/conffiles
for version in 1 2; do
  printf '%s\n' 'Package: package' "Version: $version" 'Architecture: all' 'Maintainer: A <a@example.org>' \
    'Description: a' >package/DEBIAN/control
  echo "that of version $version" >package/mnt/conf
  chmod -R u=rwX,go=rX package
  dpkg-deb --build --root-owner-group package "$version.deb" >/dev/null
done

cat >upgrade <<'END'
set -euo pipefail
mount -t tmpfs tmpfs /mnt
mkdir -p database/{info,updates}
touch database/status
dpkg() { command dpkg --admindir="$PWD/database" --log=/dev/null "$@"; }
dpkg --install 1.deb >/dev/null
case $1 in
  link*)
    mv /mnt/conf /mnt/elsewhere
    ln -s elsewhere /mnt/conf
    ;;
esac
status=0
dpkg ${2+"$2"} --install 2.deb >said 2>&1 || status=$?
grep -v -e 'Reading database' -e '^Preparing' said
echo "$*: status $status, $(cat /mnt/conf)$(dpkg --audit), beside it: $(cd /mnt && echo *)"
rm -r database
END
for way in file link 'link --force-confnew'; do
  # shellcheck disable=SC2086
  unshare --user --map-root-user --mount bash upgrade $way
done | tee all
[[ $(grep status all) == 'file: status 0, that of version 2, beside it: conf
link: status 0, that of version 1, beside it: conf conf.dpkg-new elsewhere
link --force-confnew: status 0, that of version 1, beside it: conf conf.dpkg-new elsewhere' ]]
