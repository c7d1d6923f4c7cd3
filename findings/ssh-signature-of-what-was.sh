#!/usr/bin/env bash
# `ssh-keygen -Y sign` of a file that has changed since it was signed writes nothing and ends with 0 where nobody
# answers: it asks whether to overwrite FILE.sig, takes the end of its input for a no, and a no for success. No option
# makes it overwrite, so a job that signs what it has built has to remove the old signature first, or to sign its
# standard input; else the new file goes out with the signature of the old one. Needs Debian's apt and dpkg.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
apt-get download openssh-client=1:9.2p1-2+deb12u10 >/dev/null
dpkg -x openssh-client_*.deb .
dpkg-deb -f openssh-client_*.deb Version
export LC_ALL=C
usr/bin/ssh-keygen -q -t ed25519 -N '' -f key
echo "builder $(cat key.pub)" >signers

# Whether the signature that lies there is one of the file as it is.
verified() {
  usr/bin/ssh-keygen -Y verify -f signers -I builder -n file -s built.sig <built >/dev/null 2>&1 && echo good || echo bad
}
for content in first second; do
  echo "$content" >built
  status=0
  usr/bin/ssh-keygen -Y sign -f key -n file built </dev/null >asked 2>&1 || status=$?
  cat asked
  echo
  echo "$content content: exit status $status, signature $(verified)"
done | tee said
grep -q '^first content: exit status 0, signature good$' said
grep -q '^Overwrite (y/n)?' said
grep -q '^second content: exit status 0, signature bad$' said
