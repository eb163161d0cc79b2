# clang-format and clang-tidy over all sources. clang-tidy reads a build folder of its own, where nothing is built and each file is
# compiled by itself.

sources() { git -C "$here" ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp' "$@"; }

lint_format() {
  cd "$here" || return
  sources | xargs clang-format --dry-run -Werror
}

lint_tidy() {
  cd "$here" || return
  sources ':!*.hpp' | xargs -P "$(build_jobs)" -n 1 clang-tidy --quiet -p build/lint --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-unknown-pragmas
}

lint() {
  need_machine
  need_packages "$here/.bootstrap/packages.txt"
  need_packages "$here/.bootstrap/lint-packages.txt"
  need_torch
  preset=lint
  configure
  local status=0
  step format "clang-format" lint_format || status=1
  step tidy "clang-tidy" lint_tidy || status=1
  return "$status"
}
