# Steps: one line each with the time taken, details in .deps/logs/NAME.log, errors or the log's tail when a step fails.

readonly exit_usage=64 exit_missing=69 exit_io=74

say() { printf '%s\n' "$@"; } # a line each

# fail CODE MESSAGE [HINT...]
fail() {
  local code=$1
  shift
  printf 'bootstrap: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit "$code"
}

have() { command -v "$1" >/dev/null 2>&1; }

elapsed() { # SECONDS, as people say it
  if [ "$1" -lt 60 ]; then printf '%d s' "$1"; else printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); fi
}

# On a terminal, beside a step: its last sign of life once a second, until it is killed or this shell is gone.
watch_log() { # TITLE LOG
  local started=$SECONDS sign
  while kill -0 $$ 2>/dev/null; do
    sign=$(tail -c 2000 "$2" 2>/dev/null | tr '\r' '\n' | grep -oE '^\[[0-9]+/[0-9]+\]' | tail -n 1 || true)
    printf '\r\033[K%s ... %s %s' "$1" "$(elapsed $((SECONDS - started)))" "$sign"
    sleep 1
  done
}

# step NAME TITLE COMMAND...: status of COMMAND; its output goes to the log.
step() {
  local name=$1 title=$2 log started=$SECONDS status=0 watcher=
  shift 2
  mkdir -p "$logs"
  log=$logs/$name.log
  if [ -t 1 ]; then
    watch_log "$title" "$log" &
    watcher=$!
  fi
  # in the foreground: Ctrl-C reaches it
  ("$@") >"$log" 2>&1 </dev/null || status=$?
  if [ -n "$watcher" ]; then
    kill "$watcher" 2>/dev/null || true
    wait "$watcher" 2>/dev/null || true
    printf '\r\033[K'
  fi
  if [ "$status" -eq 0 ]; then
    say "$title: $(elapsed $((SECONDS - started)))"
  else
    say "$title: FAILED after $(elapsed $((SECONDS - started))); from $log:"
    { grep -nE '(^|[ :])(fatal )?error: |undefined reference' "$log" || tail -n 25 "$log"; } | head -n 25 | sed 's/^/  | /'
  fi
  return "$status"
}

digest_of() { cat "$@" | sha256sum | cut -c 1-64; }

# need_disk MEBIBYTES FOLDER WHAT
need_disk() {
  local free
  free=$(df -Pm "$2" | awk 'NR == 2 {print $4}')
  [ "$free" -ge "$1" ] || fail "$exit_io" "$3 needs $1 MiB below $2, $free MiB are free" \
    "hint: free some disk, or put the checkout on another one"
}

# Words that every downloader uses when nobody answers.
looks_offline() {
  grep -qiE 'name resolution|could ?n.t resolve|could not resolve|network is unreachable|failed to establish|connection (timed out|refused)|timed out|max retries|could not connect|unable to fetch|failed to fetch' "$1"
}
