#!/bin/bash
# Installs into a folder, moves it, and builds the example plug-in against it out of tree,
# by CMake and by pkg-config; samples with the results.
#
#   install.sh BUILD SOURCE
set -euo pipefail
build=$(realpath "$1") source=$(realpath "$2")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export XDG_CACHE_HOME=$tmp/cache NO_COLOR=1
unset ERGODE_PLUGIN_PATH

fail() { echo "FAILED: $*" >&2; exit 1; }

cmake --install "$build" --prefix "$tmp/first" >/dev/null
mv "$tmp/first" "$tmp/moved" # nothing may remember the first place
prefix=$tmp/moved
ergode=$prefix/bin/ergode
libdir=$(dirname "$(find "$prefix" -name 'libergode.so')")

cd "$tmp"
"$ergode" --version
for file in include/ergode/plugin.h share/ergode/models/hierarchical_normal.toml \
    share/ergode/configs/quick.ini share/man/man1/ergode.1 share/man/man1/ergode-sample.1; do
  [ -s "$prefix/$file" ] || fail "$file is not installed"
done
strays=$(find "$libdir/ergode/plugins" -mindepth 1 ! -name '*.so' ! -name '*.ini')
[ -z "$strays" ] || fail "among the plug-ins lie $strays"
exports=$(nm -D --defined-only "$libdir/libergode.so" | awk '{print $3}')
[ "$exports" = erg_main ] || fail "libergode exports $exports"
if ldd "$libdir/libergode.so" "$ergode" | grep -Ei 'cuda|opencl|nvrtc|netcdf'; then
  fail "the core is linked to a library that it may not need"
fi
for plugin in "$libdir"/ergode/plugins/*.so; do
  exports=$(nm -D --defined-only "$plugin" | awk '{print $3}')
  [ "$exports" = erg_plugin_v1 ] || fail "$plugin exports $exports"
done

# A model of the installation, by its name.
"$ergode" sample eight_schools --preset quick --out "$tmp/cpu" -q >/dev/null
[ -s "$tmp/cpu/draws.nc" ] || fail "no draws"

# The example out of tree.
cp -r "$prefix/share/ergode/examples/rwm" "$tmp/rwm"
cmake -S "$tmp/rwm" -B "$tmp/by-cmake" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$tmp/by-cmake" >/dev/null
PKG_CONFIG_PATH=$libdir/pkgconfig make -s -C "$tmp/rwm" BUILD="$tmp/by-make"
for way in by-cmake by-make; do
  exports=$(nm -D --defined-only "$tmp/$way/ergode-rwm.so" | awk '{print $3}')
  [ "$exports" = erg_plugin_v1 ] || fail "$way: exports $exports"
  ERGODE_PLUGIN_PATH=$tmp/$way "$ergode" sample correlated_normal --backend rwm --chains 2 \
    --warmup 1000 --draws 4000 --out "$tmp/$way-out" -q >"$tmp/$way.txt"
done
cmp "$tmp/by-cmake.txt" "$tmp/by-make.txt" || fail "the two builds draw differently"
ERGODE_PLUGIN_PATH=$tmp/by-make "$ergode" verify --backend rwm || fail "rwm samples wrongly"

# Installed among the others it needs no variable.
cmake --install "$tmp/by-cmake" >/dev/null
"$ergode" plugin list >"$tmp/plugins"
grep -q '^rwm ' "$tmp/plugins" || fail "the installed plug-in is not found"
PKG_CONFIG_PATH=$libdir/pkgconfig make -s -C "$tmp/rwm" BUILD="$tmp/by-make" install
echo "installed, moved, extended"
