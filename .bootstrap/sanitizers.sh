# The program without the families on LibTorch under sanitizers: a build folder of its own, which takes those families' libraries
# from build/release as they are.

sanitized_study() { # PRESET: a Gaussian study of several chains on two ranks
  "$here/tests/sanitizers/expect_clean_study" "$here/build/$1/genloss" "$here/build/$1/study-runs" "$here/jobs/gaussian-arms.ini" \
    --study.seeds=2 --study.generations=3 --gaussian.replicates=200
}

# build_sanitized PRESET TARGET...: after the build of release
build_sanitized() {
  local preset=$1 folder=$here/build/$1
  shift
  configure
  step "build-$preset" "build $preset" cmake --build "$folder" -j "$(build_jobs)" --target "$@" -- -k 0
}

# What ./bootstrap test adds to its tests; 1 and the findings when there are any.
run_sanitized_study() {
  build_sanitized asan-study genloss && step asan-study "a Gaussian study on 2 ranks under AddressSanitizer and UndefinedBehaviorSanitizer" sanitized_study asan-study && return
  sed -n '/ERROR: \|runtime error: \|WARNING: /,+12p' "$logs/asan-study.log" 2>/dev/null | head -n 40
  return 1
}
