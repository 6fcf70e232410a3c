#!/bin/bash
# Installs the Debian packages that a target needs and that are missing: by apt where
# that is possible without asking, otherwise prints the command to run.
#
#   tools/setup.sh demo|check|bundle
#
# ERGODE_SETUP=print only prints; ERGODE_SETUP=off does nothing.
set -euo pipefail

target=${1:-demo}
[ "${ERGODE_SETUP:-}" = off ] && exit 0

base=(gcc g++ cmake ninja-build pkg-config libtomlplusplus-dev libinih-dev libjansson-dev
  libnetcdf-dev libcairo2-dev opencl-headers)
case $target in
  demo) packages=("${base[@]}") ;;
  check) packages=("${base[@]}" libcmocka-dev ocl-icd-opencl-dev pocl-opencl-icd
    oclgrind clang patchelf xz-utils binutils file python3-venv chromium) ;;
  bundle) packages=("${base[@]}" patchelf xz-utils binutils python3-venv) ;;
  *) echo "usage: tools/setup.sh demo|check|bundle" >&2; exit 2 ;;
esac

# Elsewhere than on Debian and its children only the commands can be looked for.
if ! command -v dpkg-query >/dev/null; then
  for tool in cc c++ cmake ninja pkg-config; do
    command -v "$tool" >/dev/null || echo "setup: '$tool' is missing: install it" >&2
  done
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

install=(apt-get install -y --no-install-recommends "${missing[@]}")
if [ "${ERGODE_SETUP:-}" = print ]; then
  echo "${install[*]}"
  exit 0
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
  else
    echo "setup: '$target' needs packages that only root can install. Run as root:" >&2
    echo "  ${install[*]}" >&2
    exit 2
  fi
fi
echo "setup: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
if ! "${as_root[@]}" "${install[@]}" >/dev/null 2>&1; then
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" "${install[@]}" >/dev/null
fi
