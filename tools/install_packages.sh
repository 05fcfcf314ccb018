#!/usr/bin/env bash
# Installs what is missing of packaging/debian-packages.txt, those with the tags given; for the tests also what ui/package-lock.json
# lists. Says nothing on standard output.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
wanted=()
for tag in "$@"; do
  while read -r name command; do
    [ -n "$command" ] && command -v "$command" >/dev/null || wanted+=("$name")
  done < <(awk -v tag="$tag" '$1 == tag { print $2, $3 }' "$top/packaging/debian-packages.txt")
done
missing=()
for name in "${wanted[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
done

# What the page of `postern whatif --html` is bundled from: a test bundles it again and compares.
install_node_modules() {
  local stamp="$top/ui/node_modules/.package-lock.json"
  [ -e "$stamp" ] && [ ! "$top/ui/package-lock.json" -nt "$stamp" ] && return
  echo "postern: installing ui/node_modules" >&2
  (cd "$top/ui" && npm ci --no-progress >&2 && touch node_modules/.package-lock.json)
}

# Peers of the tests that are not installed but unpacked.
unpack_peers() {
  local name
  for name in $(awk '$1 == "unpack" { print $2 }' "$top/packaging/debian-packages.txt"); do
    [ -d "$top/build/peers/$name" ] && continue
    echo "postern: unpacking $name" >&2
    local work
    work=$(mktemp -d)
    (cd "$work" && { apt-get download "$name" || { "${as_root[@]}" apt-get update && apt-get download "$name"; }; } >&2 && dpkg -x ./*.deb "$work/out" && find "$work/out" -perm /6000 -exec chmod ug-s {} +)
    mkdir -p "$top/build/peers"
    mv "$work/out" "$top/build/peers/$name"
    rm -rf "$work"
  done
}

install_for_tests() {
  install_node_modules
  unpack_peers
}

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
if [ ${#missing[@]} -eq 0 ]; then
  [[ " $* " != *" test "* ]] || install_for_tests
  exit 0
fi
if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
  echo "postern: these Debian packages are missing; install them as root:" >&2
  echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
echo "postern: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  exit 1
fi
[[ " $* " != *" test "* ]] || install_for_tests
