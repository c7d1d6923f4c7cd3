# Sourced by the scripts beside it.
# shellcheck shell=bash

# A package mirror that is busy for a moment is not a failure of ours.
retry() {
  local attempt
  for attempt in 1 2 3; do
    if "$@"; then return 0; fi
    echo "attempt $attempt failed: $*" >&2
    sleep $((attempt * 5))
  done
  return 1
}
