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
# Every document that the pages installed name is installed, apart from results and schemas.
for page in README.md docs/language.md docs/plugin-authors.md; do
  [ -s "$prefix/share/doc/ergode/$page" ] || fail "$page is not installed"
done
(cd "$prefix/share/doc/ergode" && grep -rhoE '\b(docs/)?[a-z0-9/-]+\.(md|svg|png)\b' README.md docs/*.md) |
  sort -u >"$tmp/named"
while read -r page; do
  case $page in docs/*) ;; *) page=docs/$page ;; esac
  [ -e "$source/$page" ] || continue # of something else
  [ -e "$prefix/share/doc/ergode/$page" ] || fail "$page is named but not installed"
done <"$tmp/named"
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

# Every header by itself, in C11 and in C++17; a project in each language that finds the
# package by CMake and by pkg-config.
mkdir "$tmp/foreign"
for header in "$prefix"/include/ergode/*.h; do
  name=ergode/$(basename "$header")
  printf '#include <%s>\nint only_%s(void);\nint only_%s(void) { return 0; }\n' "$name" \
    "$(basename "$header" .h)" "$(basename "$header" .h)" | tee "$tmp/foreign/one.c" >"$tmp/foreign/one.cpp"
  for compiler in gcc clang; do
    command -v $compiler >/dev/null || continue
    $compiler -std=c11 -Wall -Wextra -pedantic -Werror -I"$prefix/include" -fsyntax-only \
      "$tmp/foreign/one.c" || fail "$name is not C11 by itself ($compiler)"
    $compiler -x c++ -std=c++17 -Wall -Wextra -pedantic -Werror -I"$prefix/include" -fsyntax-only \
      "$tmp/foreign/one.cpp" || fail "$name is not C++17 by itself ($compiler)"
  done
done
for header in "$prefix"/include/ergode/*.h; do
  echo "#include <ergode/$(basename "$header")>"
done >"$tmp/foreign/all.h"
cat >"$tmp/foreign/c.c" <<'END'
#include "all.h"
int c_size(void);
int c_size(void) { return (int)sizeof(erg_sampler); }
END
cat >"$tmp/foreign/main.cpp" <<'END'
#include "all.h"
extern "C" int c_size(void);
int main() {
  erg_host host{};
  host.size = sizeof host;
  return c_size() == int(sizeof(erg_sampler)) && ERG_HAS(&host, log) ? 0 : 1;
}
END
cat >"$tmp/foreign/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.16)
project(foreign LANGUAGES C CXX)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_EXTENSIONS OFF)
find_package(ergode 0.1 REQUIRED)
find_package(ergode 0.1 REQUIRED)
add_executable(foreign c.c main.cpp)
target_compile_options(foreign PRIVATE -Wall -Wextra -pedantic -Werror)
target_link_libraries(foreign PRIVATE ergode::plugin)
END
cmake -S "$tmp/foreign" -B "$tmp/foreign/build" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$tmp/foreign/build" >/dev/null
"$tmp/foreign/build/foreign" || fail "C and C++ see different structures"
export PKG_CONFIG_PATH=$libdir/pkgconfig
pkg-config --validate ergode
[ "$(pkg-config --modversion ergode)" = "$("$ergode" --version | awk '{print $2}')" ] ||
  fail "ergode.pc has another version than the program"
[ -d "$(pkg-config --variable=plugindir ergode)" ] || fail "ergode.pc's plugindir is not there"
flags=$(pkg-config --cflags ergode)
cc -std=c11 $flags -c -o "$tmp/foreign/c.o" "$tmp/foreign/c.c"
c++ -std=c++17 $flags -o "$tmp/foreign/by-hand" "$tmp/foreign/main.cpp" "$tmp/foreign/c.o"
"$tmp/foreign/by-hand" || fail "what pkg-config says doesn't fit"
unset PKG_CONFIG_PATH

# Manual pages render without a warning.
for page in "$prefix"/share/man/man1/*.1; do
  if command -v groff >/dev/null; then
    groff -man -ww -Tutf8 -z "$page" 2>"$tmp/warnings" || fail "groff refuses $page"
    [ ! -s "$tmp/warnings" ] || fail "$page: $(cat "$tmp/warnings")"
  fi
  if command -v mandoc >/dev/null; then
    mandoc -Tlint -Wwarning "$page" >"$tmp/warnings" || fail "mandoc warns about $page: $(cat "$tmp/warnings")"
  fi
done

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

# A plug-in of a diagnostic alone: computed for each quantity, its verdict counts.
mkdir "$tmp/spread"
cat >"$tmp/spread/spread.c" <<'END'
#include <ergode/plugin.h>
static erg_status compute(const erg_host *host, const erg_draws *d, erg_value *v) {
  double low = d->values[0], high = low;
  for (int c = 0; c < d->chains; c++)
    for (int64_t i = 0; i < d->draws; i++) {
      double x = d->values[c * d->chain_stride + i * d->draw_stride];
      if (x < low) low = x;
      if (x > high) high = x;
    }
  if (d->name[0] == 'y') return host->fail(host->data, ERG_INVALID, "not of y");
  v[0].name = "low", v[0].value = low;
  v[1].name = "high", v[1].value = high, v[1].verdict = high > 0 ? ERG_VERDICT_BAD : ERG_VERDICT_GOOD;
  return ERG_OK;
}
static const erg_diagnostic spread = {sizeof spread, "spread", "least and largest draw", 2, compute};
static const erg_diagnostic *const diagnostics[] = {&spread};
static const erg_plugin plugin = {.size = sizeof plugin, .abi_minor = ERG_ABI_MINOR,
  .name = "spread", .build = "1", .diagnostics = diagnostics, .n_diagnostics = 1};
const erg_plugin *erg_plugin_v1(void) { return &plugin; }
END
cc -std=c11 -Wall -Wextra -Werror $flags -fPIC -fvisibility=hidden -shared -Wl,-z,defs \
  -o "$tmp/spread/ergode-spread.so" "$tmp/spread/spread.c"
printf '[plugin]\nid = spread\nlibrary = ergode-spread.so\nabi = 1\nsummary = spread\n' >"$tmp/spread/spread.ini"
code=0
"$ergode" diagnose "$tmp/by-cmake-out" --plugin "$tmp/spread/spread.ini" --with spread --strict \
  >"$tmp/spread/out" 2>"$tmp/spread/err" || code=$?
[ $code = 4 ] || fail "a bad diagnostic of a plug-in: exit $code"
grep -q '^bad      spread: bad for 25 of 50 quantities (x\[1\], ...)' "$tmp/spread/out" ||
  fail "the verdict doesn't say: $(cat "$tmp/spread/out")"
grep -q "gives nothing for 25 of 50 quantities: not of y" "$tmp/spread/err" ||
  fail "the reason isn't said: $(cat "$tmp/spread/err")"
[ "$(grep -c '^x\[[0-9]*\] *-[0-9.]* *[0-9.]*$' "$tmp/spread/out")" = 25 ] ||
  fail "not 25 values: $(cat "$tmp/spread/out")"

# Installed among the others it needs no variable.
cmake --install "$tmp/by-cmake" >/dev/null
"$ergode" plugin list >"$tmp/plugins"
grep -q '^rwm ' "$tmp/plugins" || fail "the installed plug-in is not found"
PKG_CONFIG_PATH=$libdir/pkgconfig make -s -C "$tmp/rwm" BUILD="$tmp/by-make" install
echo "installed, moved, extended"
