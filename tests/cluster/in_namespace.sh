#!/bin/sh
# Runs a command in a network namespace of its own, where it may make bridges and cut
# links. Where the system allows none, it says so and ends with 77, which CTest takes for
# skipped, not for passed.
set -u

skip() {
  echo "skipped: $*"
  exit 77
}

command -v ip >/dev/null || skip "there is no ip; tools/setup installs it with iproute2"
probe='ip link add probe0 type bridge && ip link add probe1 type veth peer name probe2'
for into in "unshare --net" "unshare --user --map-root-user --net"; do
  # shellcheck disable=SC2086 # Words of a command.
  $into sh -c "$probe" 2>/dev/null && exec env GREENROOM_NAMESPACE=own $into "$@"
done
skip "no network namespace: neither root's nor one of a user namespace may be made here"
