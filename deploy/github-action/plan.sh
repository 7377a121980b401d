#!/usr/bin/env bash
# Plans, and shows what would change.
set -euo pipefail
here="$GITHUB_ACTION_PATH/deploy/github-action"
source "$here/terraform.sh"
source "$here/report.sh"

code=0
if [ -z "$DIRECTORY" ]; then
  unheeded logged nexus plan "$TENANT" -detailed-exitcode || code=$?
  # 2: some changes wait. They are sent with or without this plan.
  if [ "$code" -ne 0 ] && [ "$code" -ne 2 ]; then fail 'Nexus could not be asked'; fi
  report "$TENANT: changes of owners that wait in Nexus" "$work/log.txt"
fi

unheeded logged prepare || fail 'nothing could be planned'

code=0
# Without the lock: a plan of a pull request keeps nobody from applying.
unheeded logged on_stack plan -lock=false -detailed-exitcode -no-color -out="$work/tfplan" || code=$?
if [ "$code" -ne 0 ] && [ "$code" -ne 2 ]; then fail 'terraform plan failed'; fi
on_stack show -no-color "$work/tfplan" > "$work/plan.txt"
report "$folder: terraform plan" "$work/plan.txt"
# A client that Auth0 has lost would be made again, empty: nobody shall merge that.
unheeded logged check_plan "$work/tfplan" || fail 'this plan must not be applied'

if [ "$code" -eq 2 ]; then
  output changed true
  echo "::notice::The plan of $folder has changes: see the summary."
fi
