# Read by plan.sh and apply.sh: what a run tells. All of it is kept in a folder that ends with the job.

work="$(mktemp -d "$RUNNER_TEMP/nexus-XXXXXXXX")"

output() { echo "$1=$2" >> "$GITHUB_OUTPUT"; }
output summary "$work/summary.md"
output plan-file "$work/tfplan"
output changed false

# Runs something, and keeps what it prints, for the summary.
logged() {
  "$@" 2>&1 | tee "$work/log.txt"
  return "${PIPESTATUS[0]}"
}

# Adds a file to the summary of the run: indented, so that no text in it can end the block that it stands in. A step's summary
# holds 1 MiB.
report() {
  local title="$1" file="$2" most=400000
  {
    printf '## %s\n\n' "$title"
    head -c "$most" "$file" | sed 's/^/    /'
    printf '\n\n'
    if [ "$(wc -c < "$file")" -gt "$most" ]; then printf 'This is the beginning; the whole is in the log.\n\n'; fi
  } | tee -a "$work/summary.md" >> "$GITHUB_STEP_SUMMARY"
}

# A reviewer looks into the summary first.
fail() {
  report "$folder: $1" "$work/log.txt"
  echo "::error::$folder: $1. The summary of the run says why."
  exit 1
}
