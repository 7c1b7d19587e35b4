# shellcheck shell=bash
# What the scripts beside this file share; sourced, not run.
# Who sources this file calls its functions.
# shellcheck disable=SC2317
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# What is about to be done; in bold on a terminal.
log() {
  if [ -t 2 ]; then printf '\033[1m== %s\033[0m\n' "$*" >&2; else printf '== %s\n' "$*" >&2; fi
}
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

# duration SECONDS: as people say it.
duration() {
  if [ "$1" -lt 60 ]; then printf '%d s' "$1"; else printf '%d min %d s' $(($1 / 60)) $(($1 % 60)); fi
}

# step NAME COMMAND...: says what it does and how long that took; shows the command's output only if it fails.
step() {
  local name=$1 start=$SECONDS
  shift
  log "$name"
  quietly "$@"
  printf '   done in %s\n' "$(duration $((SECONDS - start)))" >&2
}

# own_build_folder FOLDER: removes one that CMake made for a tree elsewhere, of which this one is a copy.
own_build_folder() {
  local cache=$1/CMakeCache.txt
  [ -f "$cache" ] || return 0
  grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache" || {
    log "$1 was made for another folder, and is made anew"
    rm -rf "${root:?}/$1"
  }
}

# native_build PRESET [TARGET...]
native_build() {
  local preset=$1
  shift
  ensure_command cmake cmake
  ensure_command ninja ninja-build
  ensure_command g++ g++
  own_build_folder "build/$preset"
  quietly cmake --preset "$preset"
  quietly cmake --build "build/$preset" ${1:+--target "$@"}
}

# emscripten_build PRESET [TARGET...]
emscripten_build() {
  local preset=$1
  shift
  own_build_folder "build/$preset"
  quietly scripts/emscripten cmake --preset "$preset"
  quietly scripts/emscripten cmake --build "build/$preset" ${1:+--target "$@"}
}

# suite NAME COMMAND...: runs a test suite with its output in build/logs; prints what it counted and how long it took. If
# it fails, what failed: of node's tests the failed ones, of others the end of the output.
suite() {
  local name=$1 file start=$SECONDS counted
  shift
  file=build/logs/${name//[^A-Za-z0-9]/-}.log
  mkdir -p build/logs
  log "$name"
  if "$@" >"$file" 2>&1; then
    counted=$(sed -nE 's/^# (tests|pass|fail|skipped|todo) ([1-9][0-9]*)$/\1 \2/p; s/^([0-9]+% tests passed.*)$/\1/p' "$file" | paste -sd ',' | sed 's/,/, /g')
    printf '   %s in %s\n' "${counted:-passed}" "$(duration $((SECONDS - start)))"
  else
    if grep -q '^TAP version' "$file"; then
      grep -A 25 -E '^ *not ok' "$file" | head -n 400
    else
      tail -n 200 "$file"
    fi
    die "$name failed after $(duration $((SECONDS - start))); all of it: $file"
  fi
}

# node_suite NAME FILE...: tests of node's own runner, never with eval.
node_suite() {
  local name=$1
  shift
  suite "$name" env NODE_OPTIONS=--disallow-code-generation-from-strings node --test --test-reporter=tap "$@"
}

# javascript_suites: everything in tests/js, against dist/ and the native build's results.
javascript_suites() {
  step "inputs and results of the native build, 100,000 a function" parity_results
  PARITY_DIR=$root/build/parity node_suite "JavaScript over every entry, and its fuzz" tests/js/*.test.js
}
parity_results() {
  native_build native-release parity_dump
  build/native-release/tests/parity/parity_dump build/parity 100000
}

# root_filesystem NAME SUITE WHAT PACKAGE...: a root filesystem of Debian with these packages in the cache folder, made once
# and again when the packages change. WHAT stands for them in messages.
root_filesystem() {
  local name=$1 suite=$2 what=$3 cache stamp
  shift 3
  cache=$(cache_folder)
  stamp="1 $*"
  mkdir -p "$cache"
  exec 9>"$cache/$name.lock"
  flock 9 # one caller makes it, the others wait
  if [ "$(cat "$cache/$name/.wasm-calculator" 2>/dev/null)" != "$stamp" ]; then
    ensure_packages debootstrap
    log "making a root filesystem of Debian $suite with $what (once, in the cache folder)"
    rm -rf --one-file-system "$cache/$name.new" "${cache:?}/$name"
    debootstrap --variant=minbase "$suite" "$cache/$name.new" >"$cache/$name.log" 2>&1 ||
      die "debootstrap failed: $(tail -n 3 "$cache/$name.log")"
    # The host may reach its mirror through a proxy, or one that lags behind.
    apt-config dump | grep -iE '^Acquire::(https?::proxy|check-)' >"$cache/$name.new/etc/apt/apt.conf.d/01host" || true
    PWD=/ in_filesystem "$name.new" /bin/sh -c "apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends $* && apt-get clean" >>"$cache/$name.log" 2>&1 ||
      die "installing $what failed: $(tail -n 3 "$cache/$name.log")"
    printf '%s\n' "$stamp" >"$cache/$name.new/.wasm-calculator"
    mv "$cache/$name.new" "$cache/$name"
  fi
  flock --unlock 9
  exec 9>&-
}

# in_filesystem NAME COMMAND...: the project is at the same path inside, so that paths in outputs hold outside too. The
# mounts live in a namespace of their own and vanish with the command.
in_filesystem() {
  local inside
  inside=$(cache_folder)/$1
  shift
  mkdir -p "$inside$root"
  # shellcheck disable=SC2016
  unshare --mount --propagation private bash -c '
    set -e
    inside=$1 root=$2 folder=$3
    shift 3
    mount --bind "$root" "$inside$root"
    mount -t proc proc "$inside/proc"
    mount --bind /dev "$inside/dev"
    exec chroot "$inside" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
      ${TERM:+TERM="$TERM"} ${CI:+CI="$CI"} ${CMAKE_BUILD_PARALLEL_LEVEL:+CMAKE_BUILD_PARALLEL_LEVEL="$CMAKE_BUILD_PARALLEL_LEVEL"} \
      /bin/bash -c "cd \"\$1\" && shift && exec \"\$@\"" _ "$folder" "$@"
  ' _ "$inside" "$root" "$PWD" "$@"
}

# root_filesystem NAME SUITE WHAT PACKAGE...: a root filesystem of Debian with these packages in the cache folder, made once
# and again when the packages change. WHAT stands for them in messages.
root_filesystem() {
  local name=$1 suite=$2 what=$3 cache stamp
  shift 3
  cache=$(cache_folder)
  stamp="1 $*"
  mkdir -p "$cache"
  exec 9>"$cache/$name.lock"
  flock 9 # one caller makes it, the others wait
  if [ "$(cat "$cache/$name/.wasm-calculator" 2>/dev/null)" != "$stamp" ]; then
    ensure_packages debootstrap
    log "making a root filesystem of Debian $suite with $what (once, in the cache folder)"
    rm -rf --one-file-system "$cache/$name.new" "${cache:?}/$name"
    debootstrap --variant=minbase "$suite" "$cache/$name.new" >"$cache/$name.log" 2>&1 ||
      die "debootstrap failed: $(tail -n 3 "$cache/$name.log")"
    # The host may reach its mirror through a proxy, or one that lags behind.
    apt-config dump | grep -iE '^Acquire::(https?::proxy|check-)' >"$cache/$name.new/etc/apt/apt.conf.d/01host" || true
    PWD=/ in_filesystem "$name.new" /bin/sh -c "apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends $* && apt-get clean" >>"$cache/$name.log" 2>&1 ||
      die "installing $what failed: $(tail -n 3 "$cache/$name.log")"
    printf '%s\n' "$stamp" >"$cache/$name.new/.wasm-calculator"
    mv "$cache/$name.new" "$cache/$name"
  fi
  flock --unlock 9
  exec 9>&-
}

# in_filesystem NAME COMMAND...: the project is at the same path inside, so that paths in outputs hold outside too. The
# mounts live in a namespace of their own and vanish with the command.
in_filesystem() {
  local inside
  inside=$(cache_folder)/$1
  shift
  mkdir -p "$inside$root"
  # shellcheck disable=SC2016
  unshare --mount --propagation private bash -c '
    set -e
    inside=$1 root=$2 folder=$3
    shift 3
    mount --bind "$root" "$inside$root"
    mount -t proc proc "$inside/proc"
    mount --bind /dev "$inside/dev"
    exec chroot "$inside" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
      ${TERM:+TERM="$TERM"} ${CI:+CI="$CI"} ${CMAKE_BUILD_PARALLEL_LEVEL:+CMAKE_BUILD_PARALLEL_LEVEL="$CMAKE_BUILD_PARALLEL_LEVEL"} \
      /bin/bash -c "cd \"\$1\" && shift && exec \"\$@\"" _ "$folder" "$@"
  ' _ "$inside" "$root" "$PWD" "$@"
}
