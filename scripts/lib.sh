# shellcheck shell=bash
# What the scripts beside this file share; sourced, not run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

log() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Outside the source tree, so that a clean clone finds what an earlier one downloaded.
cache_folder() { printf '%s' "${WASM_CALCULATOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/wasm-calculator}"; }

can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# ensure_packages PACKAGE...: installs the Debian packages that are missing.
ensure_packages() {
  local missing=() package
  for package; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  can_install || die "please install ${missing[*]} (needs root on a Debian-like machine to do it itself)"
  log "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# ensure_command COMMAND PACKAGE: for what may come from elsewhere than Debian.
ensure_command() { command -v "$1" >/dev/null || ensure_packages "$2"; }

# node_modules as package-lock.json says; nothing to do while it is unchanged.
ensure_npm() {
  ensure_command node nodejs
  ensure_command npm npm
  local stamp="$root/node_modules/.lock-checksum" checksum
  checksum=$(sha256sum <"$root/package-lock.json")
  [ "$(cat "$stamp" 2>/dev/null)" = "$checksum" ] && return
  log "npm install"
  # Not `npm ci`: it refuses a lock file that lacks other platforms' optional packages. Install scripts would only fetch
  # what the optional packages of this platform already hold.
  (cd "$root" && npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  printf '%s\n' "$checksum" >"$stamp"
}

# quietly COMMAND...: shows the output of a command only if it fails.
quietly() {
  local output
  output=$("$@" 2>&1) || {
    printf '%s\n' "$output" >&2
    die "failed: $*"
  }
}

# native_build PRESET [TARGET...]
native_build() {
  local preset=$1
  shift
  ensure_command cmake cmake
  ensure_command ninja ninja-build
  ensure_command g++ g++
  quietly cmake --preset "$preset"
  quietly cmake --build "build/$preset" ${1:+--target "$@"}
}

# emscripten_build PRESET [TARGET...]
emscripten_build() {
  local preset=$1
  shift
  quietly scripts/emscripten cmake --preset "$preset"
  quietly scripts/emscripten cmake --build "build/$preset" ${1:+--target "$@"}
}

# suite NAME COMMAND...: runs a test suite with its output in build/logs; prints its closing lines, or all if it fails.
suite() {
  local name=$1 file
  shift
  file=build/logs/${name// /-}.log
  mkdir -p build/logs
  log "$name"
  if "$@" >"$file" 2>&1; then
    grep -E '^(# (tests|pass|fail|skipped|todo) |[0-9]+% tests passed|Total Test time)' "$file" || tail -n 3 "$file"
  else
    cat "$file"
    die "$name failed"
  fi
}

# javascript_suites: everything in tests/js, never with eval, against dist/ and the native build's results.
javascript_suites() {
  native_build native-release parity_dump
  build/native-release/tests/parity/parity_dump build/parity 100000
  PARITY_DIR=$root/build/parity NODE_OPTIONS=--disallow-code-generation-from-strings \
    suite "JavaScript over every entry" node --test --test-reporter=tap tests/js/*.test.js
}
