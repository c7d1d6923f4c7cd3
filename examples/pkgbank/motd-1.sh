#!/bin/sh
# Greets whoever logs in.
echo "This is $1. All changes come from the configuration tree." > "$HOSTKEEPER_ROOT/etc/motd"
