#!/bin/sh
# IS_VOLROOT is set by ISconf: empty where the root is /, so the package installs the same on any host.
set -e
cd "$(dirname "$0")"
prefix=${IS_VOLROOT-}/usr/local
mkdir -p "$prefix/bin" "$prefix/share/man/man1"
# The time of what is installed is that of its source: hosts that installed it at different times are still equal.
install -p -m 755 hello "$prefix/bin/hello"
echo 'installed /usr/local/bin/hello'
install -p -m 644 hello.1 "$prefix/share/man/man1/hello.1"
echo 'installed /usr/local/share/man/man1/hello.1'
