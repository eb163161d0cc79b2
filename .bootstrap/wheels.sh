# LibTorch: an existing one (TORCH_ROOT), or the pinned wheels unpacked into .deps/site-packages.

check_torch_root() {
  [ -f "$TORCH_ROOT/include/ATen/ATen.h" ] && [ -f "$TORCH_ROOT/lib/libtorch_cpu.so" ] || fail "$exit_missing" \
    "TORCH_ROOT='$TORCH_ROOT' is no LibTorch: include/ATen/ATen.h or lib/libtorch_cpu.so is not there" \
    "hint: it is the folder of the Python package 'torch', or unset it to use the pinned one"
  local version
  # the wheel has version.py, the LibTorch archive build-version
  version=$(sed -n "s/^__version__ = '\(.*\)'/\1/p" "$TORCH_ROOT/version.py" 2>/dev/null || cat "$TORCH_ROOT/build-version" 2>/dev/null || true)
  case $version in
    "$torch_series".*) ;;
    *) fail "$exit_missing" "TORCH_ROOT='$TORCH_ROOT' is LibTorch ${version:-of unknown version}; genloss needs $torch_series" \
      "hint: unset TORCH_ROOT to use the pinned one" ;;
  esac
}

python_with_pip() { # the system's python first: those earlier in PATH may be anything
  local candidate
  for candidate in /usr/bin/python3 python3; do
    if "$candidate" -m pip --version >/dev/null 2>&1; then
      printf '%s' "$candidate"
      return
    fi
  done
  fail "$exit_missing" "no python3 with pip" "hint: apt-get install python3-pip"
}

# Wheels are only unpacked, never imported: tags are named, so any Python will do.
unpack_wheels() { # TARGET -r REQUIREMENTS...
  TMPDIR=$deps/tmp "$(python_with_pip)" -m pip install --no-input --disable-pip-version-check --retries 2 --progress-bar off --root-user-action ignore \
    --no-deps --no-compile --require-hashes --only-binary=:all: --implementation cp --python-version 3.11 --abi cp311 --abi none \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 --platform manylinux_2_25_x86_64 --platform manylinux_2_18_x86_64 \
    --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 --platform manylinux_2_12_x86_64 \
    --target "$1" "${@:2}"
}

explain_wheels_failure() { # LOG
  grep -q 'DO NOT MATCH THE HASHES' "$1" && fail "$exit_missing" "a downloaded wheel is not the pinned one" \
    "hint: a broken download or mirror; see $1"
  grep -q 'No space left' "$1" && fail "$exit_io" "the disk is full" "hint: LibTorch needs 4 GiB below $deps while it is unpacked"
  grep -q 'CERTIFICATE_VERIFY_FAILED' "$1" && fail "$exit_missing" "the Python package index shows a certificate that this machine does not trust" \
    "hint: behind a proxy of your own: PIP_CERT=/path/to/its/ca-bundle.crt ./bootstrap ..."
  looks_offline "$1" && fail "$exit_missing" "the Python package index cannot be reached" \
    "hint: check the network; or give an existing LibTorch $torch_series: TORCH_ROOT=/path/to/torch ./bootstrap ..."
  fail "$exit_missing" "pip could not fetch LibTorch" "hint: see $1"
}

need_torch() {
  if [ -n "${TORCH_ROOT:-}" ]; then
    check_torch_root
    return
  fi
  TORCH_ROOT=$deps/site-packages/torch
  local base=$here/.bootstrap/requirements.txt cuda=$here/.bootstrap/requirements-cuda.txt
  local found digest lists=(-r "$base") size="773 MB to fetch, 1.6 GB on disk" disk=4096
  found=$(cat "$deps/site-packages/.requirements-digest" 2>/dev/null || true)
  [ "$found" = "$(digest_of "$base" "$cuda")" ] && return # more than enough
  digest=$(digest_of "$base")
  if [ "$with_cuda" = yes ]; then
    digest=$(digest_of "$base" "$cuda")
    lists+=(-r "$cuda")
    size="2.3 GB to fetch, 4.3 GB on disk"
    disk=10240
  fi
  [ "$found" = "$digest" ] && return
  need_disk "$disk" "$deps" "unpacking LibTorch"
  # A folder counts only once it is whole: unpack beside, stamp, rename.
  rm -rf "$deps/tmp" "$deps"/site-packages.partial-*
  mkdir -p "$deps/tmp"
  local partial=$deps/site-packages.partial-$$
  step wheels "LibTorch ($size)" unpack_wheels "$partial" "${lists[@]}" || explain_wheels_failure "$logs/wheels.log"
  printf '%s\n' "$digest" >"$partial/.requirements-digest"
  rm -rf "$deps/tmp" "$deps/site-packages"
  mv "$partial" "$deps/site-packages"
}
