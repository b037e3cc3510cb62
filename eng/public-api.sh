#!/usr/bin/env bash
# Writes the public API of the projects that others reference anew, from the code: docs/decisions/0030-public-api.md.
set -euo pipefail
cd "$(dirname "$0")/.."
for project in src/Activities src/Orchestrator.LocalHost; do
  # The analyzer's fix only adds lines, so what is gone goes by starting from none.
  echo '#nullable enable' > "$project/PublicAPI.Unshipped.txt"
  dotnet format analyzers "$project" --diagnostics RS0016 --severity error --no-restore
done
