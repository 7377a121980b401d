# Read by the other scripts: where and how Terraform is run. TENANT, STATE, DIRECTORY, DECLARATIONS and STATE_ELSEWHERE are the
# inputs of these names.

export TF_IN_AUTOMATION=1 TF_INPUT=0
# Plans and states hold secrets.
umask 077

if [ -n "$DIRECTORY" ]; then folder="$DIRECTORY"; else folder="cdktf.out/stacks/$TENANT.$STATE"; fi

# Another backend may have a password of its own in these.
if [ "$STATE_ELSEWHERE" = false ]; then
  export TF_HTTP_USERNAME="$NEXUS_USERNAME" TF_HTTP_PASSWORD="$NEXUS_PASSWORD"
fi

on_stack() { terraform -chdir="$folder" "$@"; }

# Runs something whose output others may have written, so that the runner takes none of it for a command to itself.
unheeded() {
  local token code=0
  token="$(openssl rand -hex 16)"
  echo "::stop-commands::$token"
  "$@" || code=$?
  echo "::$token::"
  return "$code"
}

# Everything before the plan. For a stack of its own, Nexus reads the clients of the tenant anew.
prepare() {
  if [ -n "$DIRECTORY" ]; then
    on_stack init -no-color
    return
  fi
  if [ -n "$DECLARATIONS" ]; then
    export NEXUS_TENANTS_DIR="$DECLARATIONS"
  elif [ -d stacks/tenants ]; then
    export NEXUS_TENANTS_DIR="$PWD/stacks/tenants"
  fi
  nexus synth "$TENANT" || return
  on_stack init -reconfigure -no-color
}

# Nothing is made that code does not declare, and no client is destroyed. By a pipe: a plan holds secrets.
check_plan() {
  [ -n "$DIRECTORY" ] || on_stack show -json "$1" | nexus check-plan --stack "$folder"
}
