#!/usr/bin/env bash
# `make -q`, which is only to say whether a target is up to date, deletes the target: where the first line of its
# recipe runs although nothing is to be run (`+`, or $(MAKE) in it), and another line follows. GNU make takes that
# other line, which it does not run, for one that could not be started, and cleans up what it believes to be half
# done, also without .DELETE_ON_ERROR. With the lines the other way round the target stays. Needs Debian's apt and
# dpkg.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
apt-get download make=4.3-4.1 >/dev/null
dpkg -x make_*.deb .
usr/bin/make --version | sed -n 1p
# shellcheck disable=SC2016 # for make to expand
make_line='@$(MAKE) -f part'
printf 'target: source\n\t%s\n\t%s\n' "$make_line" 'cp source target' >first
printf 'target: source\n\t%s\n\t%s\n' 'cp source target' "$make_line" >last
echo 'nothing: ;' >part
echo new >source
export LC_ALL=C

# Asks whether an old target is up to date, and says how that ends and what is left.
ask() {
  echo old >target
  touch -d '1 hour ago' target
  local status=0
  usr/bin/make -q -f "$1" target 2>said || status=$?
  cat said
  echo "make -q, the line with make comes $1: exit status $status, target: $(cat target 2>/dev/null || echo gone)"
}

ask last | tee last-said
ask first | tee first-said
grep -q 'exit status 1, target: old$' last-said
grep -q "Deleting file 'target'" first-said
grep -q 'exit status 1, target: gone$' first-said
