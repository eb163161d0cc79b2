# Run the tests of one preset; the last line is 'N passed, N failed'.

# Counts single GoogleTest tests in ctest's log, once per program run (rank 0 alone prints). A program that ends badly
# without a list of failures (crash, deadline, failure on another rank) counts as one failure.
count_tests() { # CTEST-LOG PASSED FAILED: with so many more
  awk -v passed="$2" -v failed="$3" '
    /^[0-9]+\/[0-9]+ Testing: / {if (open) close_program(); open = 1; p = f = s = 0; ok = 0}
    /^\[  PASSED  \] [0-9]+ test/ {p = $4}
    /^\[  SKIPPED \] [0-9]+ test/ {s = $4}
    /^\[  FAILED  \] [0-9]+ test/ {f = $4}
    /^Test Passed\./ {ok = 1}
    function close_program() {
      if (!ok && f == 0) f = 1
      if (ok && p + s == 0) p = 1
      passed += p; failed += f; skipped += s
    }
    END {
      if (open) close_program()
      printf "%d passed, %d failed", passed, failed
      if (skipped) printf ", %d skipped", skipped
      printf "\n"
    }' "$1"
}

run_tests() {
  local folder=$here/build/$preset status=0 started=$SECONDS log clean=0 unclean=0
  log=$folder/Testing/Temporary/LastTest.log
  rm -f "$log"
  cd "$here" || return
  ctest --preset "$preset" --no-tests=error -j "$(nproc)" "$@" </dev/null || status=$?
  say "tests of $preset: $(elapsed $((SECONDS - started))); every line they printed: ${log#"$here"/}"
  [ -f "$log" ] || fail 1 "ctest ran nothing"
  # Of a whole run of what users run: the same code under sanitizers.
  if [ "$preset" = release ] && [ $# = 0 ]; then
    if (preset=asan-study run_sanitized_study); then clean=1; else unclean=1 status=1; fi
  fi
  count_tests "$log" "$clean" "$unclean"
  return "$status"
}
