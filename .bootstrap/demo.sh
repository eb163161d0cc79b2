# The demo: a recursive study of Jane Austen's novels on two ranks.

# The text comes from a Debian package of R data; R is not needed: the package is unpacked, not installed, and
# `genloss import austen` reads it.
fetch_austen() { # FOLDER
  rm -rf "$1"
  mkdir -p "$1" && cd "$1" || return
  apt-get download r-cran-janeaustenr || {
    as_root apt-get update && apt-get download r-cran-janeaustenr
  }
  dpkg-deb -x r-cran-janeaustenr_*.deb unpacked
}

need_austen() {
  local text=$deps/austen package=$deps/austen-package partial=$deps/austen.partial-$$
  [ -d "$text" ] && return
  have apt-get || fail "$exit_missing" "the text of the demo comes from the Debian package r-cran-janeaustenr" \
    "hint: unpack it elsewhere (dpkg-deb -x), then: build/$preset/genloss import austen --from .../janeaustenr/data --to $text"
  rm -rf "$deps"/austen.partial-*
  step austen-download "Jane Austen's novels (Debian package r-cran-janeaustenr)" fetch_austen "$package" ||
    fail "$exit_missing" "cannot download the package r-cran-janeaustenr" "hint: check the network; see $logs/austen-download.log"
  step austen-import "read the novels" "$here/build/$preset/genloss" import austen \
    --from "$package/unpacked/usr/lib/R/site-library/janeaustenr/data" --to "$partial" ||
    fail 1 "genloss could not read the novels" "hint: see $logs/austen-import.log"
  mv "$partial" "$text"
  rm -rf "$package"
}

# The run directory of an arm that was written last: older builds may have left others.
run_of() { # STUDY-NAME
  local journal
  journal=$(ls -t runs/"$1"-*/journal.jsonl | head -n 1)
  printf '%s' "${journal%/journal.jsonl}"
}

# Both arms start from one generation 0: the second adopts it from the first.
run_demo() {
  . "$here/.bootstrap/ranks.sh"
  cd "$here" || return
  local genloss=build/$preset/genloss progress=auto
  if [ -t 1 ]; then progress=bar; fi # mpirun stands between the program and the terminal
  mpirun -n 2 "$genloss" run jobs/demo.ini --runtime.progress=$progress || return
  mpirun -n 2 "$genloss" run jobs/demo.ini --runtime.progress=$progress --study.name=demo-human \
    --policy.name=human_fraction || return
  "$genloss" compare "$(run_of demo-replace)" "$(run_of demo-human)"
}
