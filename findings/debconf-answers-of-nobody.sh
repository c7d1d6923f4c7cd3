#!/usr/bin/env bash
# What debconf asks where nobody can answer (no terminal, DEBIAN_FRONTEND not set) gets its default the first time,
# and something else the second: it falls back on its Teletype frontend, which takes the end of the input for an
# answer, and what it stores of that, with the mark that somebody has seen the question, is '' for a boolean and the
# first choice of a list. So a package is installed with its defaults, and the same unattended command upgrades it
# with other answers. With DEBIAN_FRONTEND=noninteractive the defaults stay. Needs Debian's apt and dpkg, and Perl.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
apt-get download debconf=1.5.82 >/dev/null
dpkg -x debconf_*.deb .
dpkg-deb -f debconf_*.deb Package Version
cat >conf <<END
Config: config
Templates: templates

Name: config
Driver: File
Filename: $directory/answers

Name: templates
Driver: File
Filename: $directory/questions
END
cat >app.templates <<'END'
Template: app/list
Type: select
Choices: one, two, three
Default: two
Description: Which?

Template: app/boolean
Type: boolean
Default: true
Description: Really?
END
cat >app.postinst <<'END'
#!/bin/sh
. "$CONFMODULE"
db_input high app/list || true
db_input high app/boolean || true
db_go || true
db_get app/list
list=$RET
db_get app/boolean
echo "the answers: '$list' '$RET'" >&2
END
chmod +x app.postinst

# Asks the two questions as dpkg does it for a package that is configured.
configure() {
  env -i PATH="$PATH" PERL_DL_NONLAZY=1 PERL5LIB=usr/share/perl5 DEBCONF_SYSTEMRC=conf \
    CONFMODULE="$directory/usr/share/debconf/confmodule" "$@" \
    setsid --wait perl usr/share/debconf/frontend ./app.postinst configure </dev/null 2>&1
}
for time in first second; do
  echo "$time time:"
  configure | tee "$time"
done
rm answers questions
for time in first second; do
  configure DEBIAN_FRONTEND=noninteractive | tee "noninteractive-$time"
done
grep -q '^debconf: falling back to frontend: Teletype$' first
grep -q "^the answers: 'two' 'true'$" first
grep -q "^the answers: 'one' ''$" second
grep -q "^the answers: 'two' 'true'$" noninteractive-first
grep -q "^the answers: 'two' 'true'$" noninteractive-second
