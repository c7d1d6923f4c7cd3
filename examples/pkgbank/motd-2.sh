#!/bin/sh
# As motd-1.sh, and says whom to call.
echo "This is $1. All changes come from the configuration tree; call the operators at 4711." \
  > "$HOSTKEEPER_ROOT/etc/motd"
