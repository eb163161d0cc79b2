# The demo: one recursive study of Jane Austen's novels, four arms from one generation 0.

# The text comes from a Debian package of R data; R is not needed: the package is unpacked, not installed, and austen.py
# reads it.
fetch_austen() { # FOLDER
  rm -rf "$1"
  mkdir -p "$1" && cd "$1" || return
  apt-get download r-cran-janeaustenr || {
    as_root apt-get update && apt-get download r-cran-janeaustenr
  }
  dpkg-deb -x r-cran-janeaustenr_*.deb unpacked
}

austen_text=$deps/austen austen_package=$deps/austen-package austen_fetch=

# Starts to fetch the novels beside whatever comes next.
begin_austen() {
  [ "$wants_austen" = yes ] && [ ! -d "$austen_text" ] && have apt-get || return 0
  fetch_austen "$austen_package" >"$logs/austen-download.log" 2>&1 </dev/null &
  austen_fetch=$!
}

# The novels as text in .deps/austen. Called after begin_austen. 1 and two lines that say why if they are not there.
get_austen() {
  local partial=$deps/austen.partial-$$
  [ -d "$austen_text" ] && return
  if [ -z "$austen_fetch" ]; then
    say "the novels come from the Debian package r-cran-janeaustenr, and this is no Debian-like system" \
      "  hint: unpack it elsewhere (dpkg-deb -x), then: .bootstrap/austen.py .../janeaustenr/data $austen_text"
    return 1
  fi
  step austen-wait "Jane Austen's novels (Debian package r-cran-janeaustenr, fetched during the build)" tail --pid="$austen_fetch" -f /dev/null
  if ! wait "$austen_fetch"; then
    say "cannot download the package r-cran-janeaustenr" "  hint: check the network; see $logs/austen-download.log"
    return 1
  fi
  rm -rf "$deps"/austen.partial-*
  step austen-import "read the novels" "$here/.bootstrap/austen.py" \
    "$austen_package/unpacked/usr/lib/R/site-library/janeaustenr/data" "$partial" || return 1
  mv "$partial" "$austen_text"
  rm -rf "$austen_package"
}

need_austen() { get_austen || fail "$exit_missing" "there is no text for the demo"; }

# Cores that this shell may use, a core's second thread not counted.
physical_cores() {
  local cores
  cores=$(lscpu --parse=CPU,CORE,SOCKET 2>/dev/null | awk -F, -v allowed="$(taskset -cp $$ 2>/dev/null | sed 's/.*: //')" '
    BEGIN {n = split(allowed, part, ","); for (i = 1; i <= n; i++) {split(part[i], r, "-"); for (c = r[1]; c <= (r[2] == "" ? r[1] : r[2]); c++) may[c] = 1}}
    /^[0-9]/ && (n == 0 || $1 in may) && !seen[$2 "," $3]++ {cores++}
    END {print cores + 0}')
  [ "${cores:-0}" -ge 1 ] || cores=$(nproc)
  printf '%s' "$cores"
}

run_demo() {
  . "$here/.bootstrap/ranks.sh"
  cd "$here" || return
  local genloss=build/$preset/genloss progress=auto cores ranks run
  cores=$(physical_cores)
  # A rank per core as far as there are lanes for them (training.lanes), then threads.
  ranks=1
  while [ $((ranks * 2)) -le "$cores" ] && [ "$ranks" -lt 4 ]; do ranks=$((ranks * 2)); done
  if [ -t 1 ]; then progress=bar; fi # mpirun stands between the program and the terminal
  mpirun -n "$ranks" "$genloss" run jobs/demo.ini --runtime.threads=$((cores / ranks)) --runtime.progress=$progress || return
  # shellcheck disable=SC2012  # names are ours; the newest: older builds may have left others
  run=$(dirname "$(ls -t runs/demo-*/journal.jsonl | head -n 1)")
  say ""
  "$genloss" show --strip "$run" || return
  "$genloss" compare "$run"
}
