#!/usr/bin/env bash
# Synthesises, plans and applies in one step: what is applied was planned of what Nexus knew a moment ago.
set -euo pipefail
here="$GITHUB_ACTION_PATH/deploy/github-action"
source "$here/terraform.sh"
source "$here/report.sh"

# As each is called where its failure counts, nothing in these ends by itself.
plan_and_apply() {
  local code=0
  on_stack plan -detailed-exitcode -lock-timeout="$LOCK_TIMEOUT" -no-color -out="$work/tfplan" || code=$?
  if [ "$code" -ne 2 ]; then return "$code"; fi
  check_plan "$work/tfplan" || return 1
  output changed true
  on_stack apply -lock-timeout="$LOCK_TIMEOUT" -no-color "$work/tfplan"
}

attempt() {
  unheeded logged prepare || return 1
  unheeded logged plan_and_apply
}

# Something became owned between synthesis and apply. Terraform breaks the message into lines, so they are joined first.
outdated() { tr -s '[:space:]' ' ' < "$work/log.txt" | grep 'Run `nexus synth` again' > /dev/null; }

code=0
attempt || code=$?
if [ "$code" -ne 0 ] && outdated; then
  echo "::notice::The lock was refused as outdated: synthesised and planned again."
  code=0
  attempt || code=$?
fi
[ "$code" -eq 0 ] || fail 'the apply failed'
report "$folder: terraform apply" "$work/log.txt"
