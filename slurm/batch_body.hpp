#pragma once
// What every batch script does, after its values have been set. Plain bash, so that a person can read a job's script.

#include <string_view>

namespace genloss::slurm {

/// Expects the variables script, program, setup, studies[], runs[], tasks_per_node, threads, step_options[], elastic
/// and max_stalled_restarts.
inline constexpr std::string_view batch_body = R"bash(
set -u
element=${SLURM_ARRAY_TASK_ID:-0} restart=${SLURM_RESTART_COUNT:-0} job=$SLURM_JOB_ID
study=${studies[$element]} run=${runs[$element]}
step='' warned='' caught=''

say() { printf '%s genloss job %s: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$job" "$*"; }

# USR2: the end is near. TERM: pre-emption or scancel. Both reach the ranks, which save their state and end with 75.
forward() {
  caught=yes warned=$1
  say "SIG$1 received"
  if [ -n "$step" ]; then kill -s "$1" "$step" 2>/dev/null; fi
}
trap 'forward USR2' USR2
trap 'forward TERM' TERM

state() { squeue -h -j "$job" -o %T 2>/dev/null; }

# Later links of a chain, which wait for this job to end.
next_links() {
  squeue -h --me -t PENDING -o '%i %E %o' 2>/dev/null | awk -v own=" $script" '
    $2 ~ /after/ && substr($0, length($0) - length(own) + 1) == own {print $1}'
}

queue_again() {
  local try
  for try in 1 2 3 4 5; do
    if scontrol requeue "$job"; then return 0; fi
    sleep $((2 * try))
  done
  return 1
}

end_chain() {
  local links
  links=$(next_links)
  if [ -n "$links" ]; then say "the rest of the chain is not needed"; scancel $links; fi
}

# Nodes of this job that still answer; a lost one is taken out of the job, or marked by an asterisk before that.
living_nodes() {
  local nodes
  nodes=$(squeue -h -j "$job" -o %N 2>/dev/null)
  [ -n "$nodes" ] || nodes=$SLURM_JOB_NODELIST
  sinfo -h -N -n "$nodes" -o '%N %t' 2>/dev/null | sort -u | awk '$2 !~ /[*]$|^(down|fail|drain|unk|boot)/ {print $1}'
}

# A node is called lost only after Slurm's own patience (SlurmdTimeout): wait for its verdict.
wait_for_verdict() { # NODES-BEFORE
  local patience
  patience=$(scontrol show config 2>/dev/null | sed -n 's/^SlurmdTimeout *= *\([0-9]*\).*/\1/p')
  for ((i = 0; i < ${patience:-300} + 30; i += 2)); do
    [ "$(living_nodes | wc -l)" -ge "$1" ] || return 0
    sleep 2
  done
  return 1
}

run_step() { # NODES...
  local nodes="$*" log="$run/slurm/attempt-$job-$restart-$attempt.log"
  say "attempt $restart.$attempt: $# nodes, $(($# * tasks_per_node)) ranks; log: $log"
  # Slurm 22.05: with its own choice of fence, a part of the starts over 3 nodes and more ends in a crash
  case $(srun --version) in "slurm 22.05"*) export SLURM_PMIX_FENCE=${SLURM_PMIX_FENCE:-ring} ;; esac
  srun "${step_options[@]}" --nodes=$# --nodelist="${nodes// /,}" --ntasks-per-node="$tasks_per_node" \
    --ntasks=$(($# * tasks_per_node)) --output="$log" "$program" run "$study" &
  step=$!
  while
    caught=''
    wait "$step"
    code=$?
    [ -n "$caught" ] # a trap ends `wait`, the step goes on
  do :; done
  step=''
  # srun ends with 0 when it loses a node: only the run itself knows that it is done
  if [ "$code" = 0 ] && ! tail -n 1 "$run/journal.jsonl" | grep -q '"event":"finished"'; then
    say "srun ended without an error, but the run is not finished"
    code=70
  fi
  say "attempt $restart.$attempt ended with exit code $code"
}

attempts() {
  for ((attempt = 0; ; ++attempt)); do
    "$program" restarts "$run" --job "$job" --limit "$max_stalled_restarts" || { code=$?; return; }
    if [ -n "$warned" ]; then code=75; return; fi
    local nodes
    nodes=($(living_nodes))
    [ ${#nodes[@]} -gt 0 ] || nodes=($(scontrol show hostnames "$SLURM_JOB_NODELIST"))
    run_step "${nodes[@]}"
    # these are the program's own words; anything else may be a lost node
    case $code in 0 | 64 | 65 | 69 | 74 | 75) return ;; esac
    if [ "$elastic" != yes ] || [ -n "$warned" ]; then return; fi
    say "waiting for Slurm's verdict on the nodes"
    wait_for_verdict ${#nodes[@]} || return
    say "a node is lost: going on with the others"
  done
}

if [ -n "$setup" ]; then . "$setup" || { say "$setup failed"; exit 69; }; fi
export OMP_NUM_THREADS=$threads
mkdir -p "$run/slurm" || exit 74
attempts

# 140: the warning came before the program could take it. 143: it was ended with the others. Both cost at most the work
# since the last checkpoint.
case $code in
  0)
    say "done: $run"
    end_chain ;;
  75 | 140 | 143)
    case $(state) in
      CANCELLED* | COMPLETING) say "cancelled, state saved; genloss submit goes on" ;;
      *) # RUNNING, or nothing if Slurm is too busy to answer
        if [ -n "$(next_links)" ]; then
          say "stopped, state saved; the next link of the chain goes on"
        elif queue_again; then
          say "stopped, state saved; queued again"
          sleep 60 & wait $! # Slurm ends this script
        else
          say "stopped, state saved; Slurm does not queue it again: use genloss submit"
        fi ;;
    esac
    exit 75 ;;
  *)
    say "FAILED with exit code $code; see $run/slurm/attempt-$job-$restart-$attempt.log and $run/logs"
    end_chain ;;
esac
exit "$code"
)bash";

}  // namespace genloss::slurm
