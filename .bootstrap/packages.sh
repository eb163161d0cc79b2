# Debian packages: installs what is missing if it may, otherwise prints the command.

missing_packages() { # LIST-FILE: names that are not installed; refuses versions older than the tested ones
  local wanted installed name version found
  wanted=$(sed '/^#/d' "$1")
  # shellcheck disable=SC2046  # one word per package is meant
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status} ${Version}\n' $(printf '%s\n' "$wanted" | cut -d ' ' -f 1) 2>/dev/null || true)
  while read -r name version; do
    found=$(printf '%s\n' "$installed" | awk -v n="$name" '$1 == n && $2 == "installed" {sub(/^[0-9]+:/, "", $3); print $3; exit}')
    if [ -z "$found" ]; then
      printf '%s\n' "$name"
    elif dpkg --compare-versions "$found" lt "$version"; then
      fail "$exit_missing" "package $name is $found; genloss needs $version (Debian 12) or newer"
    fi
  done <<<"$wanted"
}

# Versions that differ from the tested ones are worth one line, not a refusal.
note_other_versions() {
  local name version found
  while read -r name version; do
    found=$(dpkg-query -W -f '${Version}\n' "$name" 2>/dev/null | head -n 1 | sed 's/^[0-9]*://')
    case $found in
      "$version".* | "$version"[-+]*) ;;
      *) say "note: $name is $found, genloss is tested with $version" ;;
    esac
  done < <(sed '/^#/d' "$1")
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() { [ "$(id -u)" -eq 0 ] || { have sudo && sudo -n true 2>/dev/null; }; }

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

install_packages() { # package lists may be old or absent: refresh them only if the first try fails
  apt_install "$@" || {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update && apt_install "$@"
  }
}

need_debian() {
  have dpkg-query && have apt-get && return
  say "This is not a Debian-like system. genloss needs these (Debian's names, with the tested versions):"
  sed '/^#/d; s/^/  /' "$1"
  fail "$exit_missing" "cannot install packages here" "hint: install them your own way, then: ./bootstrap --no-packages ..."
}

# need_packages LIST-FILE
need_packages() {
  local list=$1 missing
  [ "$use_packages" = yes ] || return 0
  need_debian "$list"
  missing=$(missing_packages "$list") || exit $?
  [ -n "$missing" ] || return 0
  missing=$(printf '%s' "$missing" | tr '\n' ' ')
  local command="apt-get install -y --no-install-recommends $missing"
  may_install || fail "$exit_missing" "packages are missing and this user may not install them; run as root:" "$command"
  need_disk 1200 /var "installing Debian packages"
  # shellcheck disable=SC2086
  if ! step packages "Debian packages ($missing)" install_packages $missing; then
    looks_offline "$logs/packages.log" && fail "$exit_missing" "the Debian archive cannot be reached" \
      "hint: check the network, or install elsewhere: $command"
    fail "$exit_missing" "apt-get could not install the packages" "hint: run it by hand: $command"
  fi
  note_other_versions "$list"
}

need_machine() {
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "$exit_missing" \
    "this is $(uname -s) on $(uname -m); the pinned LibTorch is for Linux on x86_64"
}

need_compiler() {
  local compiler=${CXX:-g++} version
  have "$compiler" || fail "$exit_missing" "no C++ compiler '$compiler'" "hint: apt-get install g++, or unset CXX"
  version=$("$compiler" -dumpfullversion 2>/dev/null || echo none)
  case $version in
    none | [1-9].* | 1[01].*) fail "$exit_missing" "the compiler '$compiler' is $("$compiler" --version 2>/dev/null | head -n 1)" \
      "genloss needs g++ 12 or newer (C++20). hint: CXX=g++-12 ./bootstrap ..." ;;
  esac
}
