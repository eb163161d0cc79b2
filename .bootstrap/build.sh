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

# What has to be there before the first file can be compiled.
need_tools() {
  need_machine
  need_packages "$here/.bootstrap/packages.txt"
  need_compiler
  begin_austen
  need_torch
  configure
}

# build WHAT: the program alone (the demo), the program and its plug-in for GPUs, or with all tests. One build folder: what is
# there already is not built again.
build() {
  local folder=$here/build/$preset targets=()
  need_tools
  case $1 in
    program) targets=(--target genloss) ;;
    all) targets=(--target genloss) && ! grep -q '^build genloss_cuda:' "$folder/build.ninja" || targets+=(genloss_cuda) ;;
    tests) ;;
  esac
  step "build-$preset" "build $preset ($1)" cmake --build "$folder" -j "$(build_jobs)" "${targets[@]}" -- -k 0 ||
    fail 1 "the build failed" "hint: the whole log is $logs/build-$preset.log"
}
