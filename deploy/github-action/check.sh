#!/usr/bin/env bash
# Hides the secrets from the log, and ends with 64 where an input cannot be meant.
set -euo pipefail

refuse() {
  echo "::error::$1"
  exit 64
}

hide() {
  [ -z "$1" ] || printf '%s\n' "$1" | sed 's/^/::add-mask::/'
}

hide "$NEXUS_PASSWORD"
hide "$AUTH0_CLIENT_SECRET"
# As it goes over the line.
[ -z "$NEXUS_PASSWORD" ] || hide "$(printf '%s' "$NEXUS_USERNAME:$NEXUS_PASSWORD" | base64 | tr -d '\n')"

case "$COMMAND" in
  plan | apply) ;;
  *) refuse "The input command must be plan or apply." ;;
esac
[[ "$TENANT" =~ ^[a-z0-9][a-z0-9-]*$ ]] || refuse "The input tenant must be the id of a tenant of Nexus."
[[ "$STATE" =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*$ ]] || refuse "The input state must be the name of a Terraform state."
[[ "$NEXUS_URL" =~ ^https?://[^@[:space:]]+$ ]] || refuse "The input nexus-url must be an http or https address without credentials."
[ -n "$NEXUS_USERNAME" ] || refuse "The input nexus-username is empty: set it to the name of a service account."
[ -n "$NEXUS_PASSWORD" ] || refuse "The input nexus-password is empty. A pull request from a fork gets no secrets."
[ -z "$DIRECTORY" ] || [ -d "$DIRECTORY" ] || refuse "The input directory must be a folder. Was the repository checked out?"
case "$STATE_ELSEWHERE" in
  false) ;;
  true) [ -n "$DIRECTORY" ] || refuse "The input state-elsewhere needs directory: a stack of nexus synth keeps its state in Nexus." ;;
  *) refuse "The input state-elsewhere must be true or false." ;;
esac
