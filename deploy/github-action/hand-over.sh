#!/usr/bin/env bash
# What is left to do with the state after an apply, also one that failed.
set -euo pipefail
source "$GITHUB_ACTION_PATH/deploy/github-action/terraform.sh"

# What could not be written is the only copy, and holds secrets: it is not uploaded in the open. It is sent once more here;
# where that fails too, the next plan shows what Terraform no longer knows.
if [ -f "$folder/errored.tfstate" ]; then
  echo "::error::The state could not be written at the end of the apply; it is pushed again."
  on_stack state push errored.tfstate
  rm "$folder/errored.tfstate"
fi

# What is written into Nexus, Nexus has.
[ "$STATE_ELSEWHERE" = true ] || exit 0

state="$(mktemp "$RUNNER_TEMP/nexus-state-XXXXXXXX")"
trap 'rm -f "$state"' EXIT
# Into a file, never to the log: a state holds secrets.
on_stack state pull > "$state"
if [ ! -s "$state" ]; then
  echo "There is no state yet."
  exit 0
fi
# Answers hold nothing of the state, so a refusal may be shown. Everybody on the runner can read a program's arguments, so the
# password goes another way.
basic="$(printf '%s' "$NEXUS_USERNAME:$NEXUS_PASSWORD" | base64 | tr -d '\n')"
curl --silent --show-error --fail-with-body --retry 3 --max-time 120 \
  --header @- \
  --header 'Content-Type: application/json' \
  --header "Content-MD5: $(openssl dgst -md5 -binary "$state" | base64)" \
  --data-binary "@$state" \
  "${NEXUS_URL%/}/v1/tenants/$TENANT/terraform/states/$STATE" <<< "Authorization: Basic $basic"
