#!/bin/bash
# A relocatable .tar.xz: ergode, its plug-ins and every library they need but glibc's own,
# for machines where nothing can be installed.
#
#   tools/bundle.sh [--build DIR] [--out DIR] [--nvrtc] [--gpu-tests] [MODEL.toml[:DATA.json]...]
#
# --nvrtc: with NVRTC, from the file or folder that ERGODE_NVRTC names, the system or PyPI.
# --gpu-tests: with the tests that need a GPU, and tests/gpu/run.sh, which runs them.
# Models named are compiled into it for each instruction set, for where there is no
# compiler; hierarchical_normal always is.
set -euo pipefail

build=build out=dist nvrtc= gpu_tests=
models=(hierarchical_normal)
while [ $# -gt 0 ]; do
  case $1 in
    --build) build=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    --nvrtc) nvrtc=1; shift ;;
    --gpu-tests) gpu_tests=1; shift ;;
    -*) echo "bundle: unknown option $1" >&2; exit 2 ;;
    *) models+=("$1"); shift ;;
  esac
done

version=$("$build/ergode" --version | awk '{print $2}')
name=ergode-$version-linux-$(uname -m)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
root=$stage/$name

cmake --install "$build" --prefix "$root" --strip >/dev/null
[ -e "$root/lib/libergode.so" ] || { echo "bundle: configure with CMAKE_INSTALL_LIBDIR=lib" >&2; exit 1; }

# What is opened by name at run time, which ldd can't know.
netcdf=$(strings -a "$root"/lib/libergode.so.*.*.* | grep -m1 -E '^libnetcdf\.so' || true)
cairo=$(strings -a "$root"/lib/libergode.so.*.*.* | grep -m1 -E '^libcairo\.so\.[0-9]' || true)
opened=("${netcdf:-libnetcdf.so.19}" "${cairo:-libcairo.so.2}" libOpenCL.so.1)
find_library() {
  local found
  found=$(ldconfig -p | awk -v l="$1" '$1 == l && /x86-64|aarch64/ {print $NF; exit}')
  [ -n "$found" ] || found=$(find -L /usr/lib /usr/local/lib /usr/local/cuda*/lib64 -name "$1" \
    2>/dev/null | head -1)
  [ -n "$found" ] && echo "$found"
}
for library in "${opened[@]}"; do
  if path=$(find_library "$library"); then
    cp -L "$path" "$root/lib/$library"
  else
    echo "bundle: $library is not here and is left out" >&2
  fi
done

if [ -n "$nvrtc" ]; then
  if [ -n "${ERGODE_NVRTC:-}" ]; then
    path=$(find -L "$ERGODE_NVRTC" -maxdepth 1 -name 'libnvrtc.so.1?' -print -quit)
  else
    path=$(find_library libnvrtc.so.13 || true)
  fi
  if [ -z "$path" ]; then
    python3 -m venv "$stage/venv"
    "$stage/venv/bin/pip" -q install "$(grep ^nvidia-cuda-nvrtc "$(dirname "$0")/../tests/python/nvrtc.txt")"
    path=$(find "$stage/venv" -name 'libnvrtc.so.1?' | head -1)
  fi
  cp -L "$path" "$root/lib/"
  cp -L "$(dirname "$path")"/libnvrtc-builtins.so.* "$root/lib/"
fi

if [ -n "$gpu_tests" ]; then
  mkdir -p "$root/lib/ergode/gpu-tests"
  for test in test_cuda_gpu test_cuda_compile; do
    [ -x "$build/tests/plugins/cuda/$test" ] || {
      echo "bundle: $test isn't built: configure with -DERGODE_TESTS=ON" >&2
      exit 1
    }
    install -s "$build/tests/plugins/cuda/$test" "$root/lib/ergode/gpu-tests/"
  done
  cp "$(dirname "$0")/../tests/gpu/run.sh" "$root/lib/ergode/gpu-tests/"
  git -C "$(dirname "$0")" rev-parse HEAD >"$root/share/ergode/commit" 2>/dev/null ||
    rm -f "$root/share/ergode/commit"
fi

# The closure of what ldd lists, without glibc (the loader must be the machine's own).
glibc='^(linux-vdso|ld-linux[-a-z0-9_]*|libc|libm|libmvec|libpthread|libdl|librt|libresolv|libutil|libanl|libnsl|libnss_[a-z]+)\.so'
elf_files() { find "$root" -type f \( -name '*.so' -o -name '*.so.*' -o -path '*/bin/ergode' \
  -o -path '*/gpu-tests/test_*' \); }
while :; do
  added=
  while read -r library path; do
    [ -e "$root/lib/$library" ] && continue
    cp -L "$path" "$root/lib/$library"
    added=1
  done < <(elf_files | xargs -n1 ldd 2>/dev/null | awk '$3 ~ /^\// {print $1, $3}' |
    sort -u | grep -Ev "$glibc" | grep -v "$root")
  [ -n "$added" ] || break
done

# Every library is found beside the one that asks for it.
for file in $(elf_files); do
  chmod u+w "$file"
  case $file in
    */bin/*) patchelf --set-rpath '$ORIGIN/../lib' "$file" ;;
    */lib/ergode/plugins/* | */lib/ergode/gpu-tests/*) patchelf --set-rpath '$ORIGIN/../..' "$file" ;;
    *) patchelf --set-rpath '$ORIGIN' "$file" ;;
  esac
done

# Licences of the libraries, and where they came from.
mkdir -p "$root/share/doc/libraries"
for file in "$root"/lib/*.so*; do
  [ -L "$file" ] && continue
  library=$(basename "$file")
  package=$(dpkg -S "*/$library" 2>/dev/null | head -1 | cut -d: -f1 || true)
  echo "$library ${package:-ergode}"
  [ -n "$package" ] && [ -e "/usr/share/doc/$package/copyright" ] &&
    cp -L "/usr/share/doc/$package/copyright" "$root/share/doc/libraries/$package.txt"
done >"$root/share/doc/libraries/LIST" || true

# Models compiled ahead.
mkdir -p "$root/lib/ergode/models"
for entry in "${models[@]}"; do
  model=${entry%%:*} data=()
  [ "$entry" = "$model" ] || data=(--data "${entry#*:}")
  "$root/bin/ergode" model compile "$model" "${data[@]}" --into "$root/lib/ergode/models"
  [ ! -e "$model" ] || cp "$model" "$root/share/ergode/models/"
done

oldest=$(elf_files | xargs -n1 objdump -T 2>/dev/null | grep -o 'GLIBC_[0-9.]*' | sort -uV |
  tail -1 | cut -d_ -f2)
cat >"$root/BUNDLE.txt" <<TEXT
Ergode $version for Linux on $(uname -m).

Needs glibc $oldest or newer, and nothing else installed; lies anywhere: run bin/ergode.
GPUs need their driver.$([ -z "$gpu_tests" ] || echo ' lib/ergode/gpu-tests/run.sh . tests them.') Models without a compiled form need a C compiler (cc, or \$CC);
without one they are interpreted, slowly. Compiled in: ${models[*]}
TEXT

mkdir -p "$out"
tar -C "$stage" -cf - --owner=0 --group=0 "$name" | xz -T0 -3 >"$out/$name.tar.xz"
echo "$out/$name.tar.xz: $(du -h "$out/$name.tar.xz" | cut -f1), needs glibc $oldest or newer"
