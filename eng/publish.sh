#!/usr/bin/env bash
# Publishes the command, compiled ahead of time, as two archives: one that needs the ASP.NET Core runtime of .NET 10, and one that brings it.
#
#   eng/publish.sh [FOLDER [RID]]      default: artifacts, and this system (linux-x64, osx-arm64, win-x64 …)
set -euo pipefail
cd "$(dirname "$0")/.."
project=src/Orchestrator.Cli
property() { dotnet msbuild "$project" -getProperty:"$1"; }
out=${1:-artifacts}
rid=${2:-$(property NETCoreSdkPortableRuntimeIdentifier)}
name=orchestrator-$(property Version)-$rid
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
publish() {
  local archive=$1
  shift
  dotnet publish "$project" -c Release -r "$rid" --nologo -v quiet -o "$work/$archive" "$@"
  tar -czf "$out/$archive.tar.gz" -C "$work" "$archive"
  echo "$out/$archive.tar.gz"
}
publish "$name" --no-self-contained
publish "$name-self-contained" --self-contained
