#!/usr/bin/env bash
# Installs the Nexus that this file belongs to, where it is not yet, and puts `nexus` on the path of later steps.
set -euo pipefail

if ! command -v npm > /dev/null; then
  echo "::error::Nexus needs Node 20 or later with npm on the runner: add actions/setup-node before this step."
  exit 1
fi
# What the demo needs is what nexus synth needs: the dependencies, the bindings of the provider, and Node 24.
(cd "$GITHUB_ACTION_PATH" && node scripts/ensure-installed.mjs demo)

# It runs on the Node that was installed with it; later steps keep theirs.
programs="$RUNNER_TEMP/nexus-programs"
mkdir -p "$programs"
{
  echo '#!/usr/bin/env bash'
  printf 'PATH=%q:"$PATH" exec node %q "$@"\n' "$GITHUB_ACTION_PATH/node_modules/.bin" "$GITHUB_ACTION_PATH/cli/nexus.mjs"
} > "$programs/nexus"
chmod +x "$programs/nexus"
echo "$programs" >> "$GITHUB_PATH"

# Declarations import nexus/stacks. In a copy of Nexus' repository that is the repository itself.
if [ ! "$GITHUB_ACTION_PATH" -ef . ] && [ ! -e node_modules/nexus ]; then
  mkdir -p node_modules
  ln -s "$GITHUB_ACTION_PATH" node_modules/nexus
fi
