#!/usr/bin/env bash
# 4 arms x 2 seeds of a small study on 2 ranks, as one job and as eight jobs one after another by the same program:
#   tests/benchmarks/chains.sh build/release/genloss jobs/tiny.ini
# Prints seconds of both, their ratio, and the share of time that ranks were idle in the one job.
set -euo pipefail
genloss=$(realpath "$1") study=$(realpath "$2")
# shellcheck source=/dev/null
. "$(dirname "$0")/../../.bootstrap/ranks.sh"
runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT
arms=("--training.budget=100k tokens" --sampling.samples=256 --study.seed=1 --study.seeds=2 --study.generations=3 --arms.replace=policy.name=replace
  "--arms.accumulate=policy.name=accumulate" "--arms.half=policy.name=human_fraction policy.human_fraction=0.5"
  "--arms.cool=sampling.temperature=0.7")
seconds() { # COMMAND...: wall time in seconds
  local begin end
  begin=$(date +%s.%N)
  "$@" >"$runs/out" 2>&1 || { cat "$runs/out" >&2; exit 1; }
  end=$(date +%s.%N)
  awk "BEGIN {printf \"%.1f\", $end - $begin}"
}
one=$(seconds mpirun -n 2 "$genloss" run "$study" "${arms[@]}" "--runtime.runs=$runs/one")
idle=$(sed -n 's/^of all ranks.* idle //p' "$runs/out")
# The chains one after another. A folder each shares nothing, which is what a loop over jobs does today; with one folder
# generation 0 is shared, and ranks work together on each chain.
one_by_one() { # FOLDER-OF: prints the folder of runs for an arm and a seed
  local sum=0 took
  for arm in replace accumulate half cool; do
    for seed in 1 2; do
      took=$(seconds mpirun -n 2 "$genloss" run "$study" "${arms[@]}" --arm $arm --seed $seed "--runtime.runs=$("$1" $arm $seed)")
      sum=$(awk "BEGIN {print $sum + $took}")
    done
  done
  printf '%s' "$sum"
}
own_folder() { printf '%s' "$runs/$1-$2"; }
one_folder() { printf '%s' "$runs/shared"; }
all=$(one_by_one own_folder)
shared=$(one_by_one one_folder)
printf 'one job %s s (ranks idle %s); eight jobs %s s, ratio %.2f; eight jobs on one store %s s, ratio %.2f\n' \
  "$one" "$idle" "$all" "$(awk "BEGIN {print $one / $all}")" "$shared" "$(awk "BEGIN {print $one / $shared}")"
