# Everything slow, part by part: a line each with its result and time, details in .deps/logs/check-PART.log.

readonly check_parts=(slurm address thread valgrind kills two-jobs power-loss lint)

check_help() {
  cat <<'EOF'
usage: ./bootstrap check [--only PART]...

What is too slow for every change, on top of ./bootstrap test; hours together on two cores. Ends with 1 if a part failed.

  slurm       jobs on a real Slurm that is started on this machine (skipped, with the reason, where it is not installed)
  address     AddressSanitizer and UndefinedBehaviorSanitizer: the whole program, its unit tests, small studies on 2 ranks
  thread      ThreadSanitizer: all but the families on LibTorch, unit tests and a Gaussian study on 2 ranks
  valgrind    unit tests of communication and storage on 2 ranks
  kills       random SIGKILLs over a text and a closed-form study, random rank counts (up to half an hour)
  two-jobs    two jobs on one store, one of them killed at a random instant, 100 times
  power-loss  power loss at each barrier, and each call failing in turn
  lint        clang-format and clang-tidy over all sources

The campaigns alone, with a number of kills, a limit of time or a seed: tests/faults/campaign --help
EOF
}

check_slurm() {
  ctest --preset release -R '^slurm_jobs' --no-tests=error </dev/null || return
  ! grep -q '^\[  SKIPPED \]' build/release/Testing/Temporary/LastTest.log || exit 77
}

check_address() {
  preset=asan
  build tests && ctest --preset asan --no-tests=error -j "$(nproc)" </dev/null
}

check_thread() {
  local tests=(jobs comms storage workers_plain orchestrator)
  preset=tsan
  build_sanitized tsan genloss "${tests[@]/#/tests_}" || return
  ctest --preset tsan --no-tests=error -R "^($(IFS='|'; echo "${tests[*]}"))(\.|\$)" </dev/null && sanitized_study tsan
}

check_valgrind() {
  have valgrind || { echo "valgrind is not installed (apt-get install valgrind)"; exit 77; }
  tests/sanitizers/expect_no_leaks 2 build/release/tests_comms && tests/sanitizers/expect_no_leaks 1 build/release/tests_storage
}

check_kills() { tests/faults/campaign kills; }
check_two-jobs() { tests/faults/campaign two-jobs --kills 100; }
check_power-loss() { tests/faults/campaign power-loss; }
check_lint() { lint; }

# check_part PART: its result in words
check_part() {
  local part=$1 log=$logs/check-$1.log started=$SECONDS status=0 result watcher=
  if [ -t 1 ]; then
    watch_log "check $part" "$log" &
    watcher=$!
  fi
  (cd "$here" && "check_$part") >"$log" 2>&1 </dev/null || status=$?
  if [ -n "$watcher" ]; then
    kill "$watcher" 2>/dev/null || true
    wait "$watcher" 2>/dev/null || true
    printf '\r\033[K'
  fi
  case $status in
    0) result=ok ;;
    77) result="skipped: $(grep -hoE 'SKIPPED.*|.*not installed.*' "$log" | head -n 1)" ;;
    *) result="FAILED ($status)" failed_parts+=("$part") ;;
  esac
  say "check $part: $result, $(elapsed $((SECONDS - started)))"
  grep -h '^campaign \|tests passed' "$log" | sed 's/^/  | /' || true
  [ "$status" = 0 ] || [ "$status" = 77 ] || tail -n 15 "$log" | sed 's/^/  | /'
}

check() { # PART...: those, or all
  local started=$SECONDS part
  local -a failed_parts=()
  [ $# -gt 0 ] || set -- "${check_parts[@]}"
  for part; do
    [[ " ${check_parts[*]} " == *" $part "* ]] || fail "$exit_usage" "no part '$part'" "hint: one of ${check_parts[*]}"
  done
  build tests
  for part; do check_part "$part"; done
  say "checked $# parts in $(elapsed $((SECONDS - started))): ${#failed_parts[@]} failed${failed_parts[*]:+ (${failed_parts[*]})}; logs: .deps/logs/check-*.log"
  [ ${#failed_parts[@]} = 0 ]
}
