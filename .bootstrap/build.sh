# Configure and build one preset.

# A file that sees LibTorch takes up to 1.3 GB to compile: as many jobs as cores and memory allow.
build_jobs() {
  awk -v cores="$(nproc)" '/^MemAvailable/ {jobs = int($2 / 1500000); if (jobs > cores) jobs = cores; if (jobs < 1) jobs = 1; print jobs}' /proc/meminfo
}

configure() {
  local folder=$here/build/$preset stamp digest
  stamp=$folder/.bootstrap-configured
  digest=$(printf '%s\n' "$TORCH_ROOT" "${CXX:-}" | cat - "$here/CMakePresets.json" "$here/.bootstrap/packages.txt" | sha256sum)
  [ -f "$folder/build.ninja" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$digest" ] && return
  [ ! -d "$folder" ] || rm -f "$folder/CMakeCache.txt"
  need_disk 2048 "$here" "building"
  (cd "$here" && step "configure-$preset" "configure $preset" cmake --preset "$preset" -DTORCH_ROOT="$TORCH_ROOT") ||
    fail "$exit_missing" "CMake could not configure the preset '$preset'" "hint: see $logs/configure-$preset.log"
  printf '%s\n' "$digest" >"$stamp"
}

build() {
  need_machine
  need_packages "$here/.bootstrap/packages.txt"
  need_compiler
  need_torch
  configure
  step "build-$preset" "build $preset" cmake --build "$here/build/$preset" -j "$(build_jobs)" -- -k 0 ||
    fail 1 "the build failed" "hint: the whole log is $logs/build-$preset.log"
}
