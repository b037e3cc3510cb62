#!/usr/bin/env bash
# Shows that the tests of issue 12 can fail: runs those marked [Trait("Trust", "N")] over the src/ of the commit before it, and prints for
# each number of the issue which of them are red there. A test file that does not compile over that src/ (it needs something that is new)
# is left out and its tests are listed as such.
#
#   bash eng/red.sh [N …]        the numbers; default: all that have tests
#
# What it printed at the end of that issue is in red-issue-12.txt. Works in a folder of its own; takes about ten minutes.
set -uo pipefail
base=bc7189c
# The tests as they were at the end of that issue: later ones are built in another way.
tests=2c840fd
patience=180
root=$(git rev-parse --show-toplevel)
work=$(mktemp -d)
trap 'git -C "$root" worktree remove --force "$work/tree" 2>/dev/null; rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 CI=

git -C "$root" worktree add --quiet --detach "$work/tree" "$tests" && cd "$work/tree" || exit 2
# The sweep is built into the tests and knows what is new: it stays as it was, and so do the packages of that src/.
rm -rf src tests/CrashSweep && git checkout --quiet "$base" -- src tests/CrashSweep Directory.Packages.props || exit 2

# Every test with its number: "N<tab>project<tab>file<tab>Class.Method".
tests() {
  grep -rlE 'Trait\("Trust"' tests --include='*.cs' | sort | while read -r file; do
    awk -v file="$file" '
      match($0, /Trait\("Trust", *"[0-9]+"/) { n = substr($0, RSTART, RLENGTH); gsub(/[^0-9]/, "", n); numbers = numbers " " n; next }
      /class [A-Za-z0-9_]+/ && !/^ *\/\// { match($0, /class [A-Za-z0-9_]+/); class = substr($0, RSTART + 6, RLENGTH - 6); all = numbers; numbers = ""; next }
      /public .*(Task|void) [A-Za-z0-9_]+\(/ {
        match($0, /(Task|void) [A-Za-z0-9_]+\(/); name = substr($0, RSTART, RLENGTH - 1); sub(/^(Task|void) /, "", name)
        if (name ~ /^(Dispose|DisposeAsync|InitializeAsync)$/) next
        split(all " " numbers, ns, " "); for (i in ns) { split(file, part, "/"); print ns[i] "\t" part[2] "\t" file "\t" class "." name }
        numbers = ""
      }' "$file"
  done | sort -u -k1,1n -k4,4
}
tests > "$work/tests"
numbers=("$@")
[ ${#numbers[@]} -gt 0 ] || mapfile -t numbers < <(cut -f1 "$work/tests" | sort -nu)

for project in $(cut -f2 "$work/tests" | sort -u); do
  for round in $(seq 15); do
    dotnet build "tests/$project" --nologo -v quiet -p:TreatWarningsAsErrors=false -p:EnforceCodeStyleInBuild=false > "$work/build.$project" 2>&1 && break
    mapfile -t broken < <(grep -oE '/tests/[^(]+\.cs\([0-9,]+\): error CS' "$work/build.$project" | sed -E 's#^/##; s/\(.*//' | sort -u)
    [ ${#broken[@]} -gt 0 ] && [ "$round" -lt 15 ] || { echo "tests/$project cannot be built over $base:"; grep -m3 error "$work/build.$project"; break; }
    printf '%s\n' "${broken[@]}" >> "$work/left-out"; rm -f "${broken[@]}"
  done
done

# Of many test methods of one name, the class tells them apart; a theory is red when one of its rows is.
total=0
for n in "${numbers[@]}"; do
  echo "== $n"
  for project in $(awk -F'\t' -v n="$n" '$1 == n { print $2 }' "$work/tests" | sort -u); do
    timeout "$patience" dotnet test "tests/$project" --no-build --nologo --filter "Trust=$n" --logger "console;verbosity=normal" > "$work/out" 2>&1
    ended=$?
    while IFS=$'\t' read -r _ _ file test; do
      if [ ! -e "$file" ]; then echo "   new API   $project: $test"
      elif grep -qE "^ *Failed .*\.${test/./\\.}[ (\[]" "$work/out"; then echo "   red       $project: $test"; total=$((total + 1))
      elif grep -qE "^ *Passed .*\.${test/./\\.}[ (\[]" "$work/out"; then echo "   green     $project: $test"
      elif [ "$ended" = 124 ]; then echo "   red       $project: $test (did not end within $patience s)"; total=$((total + 1))
      else echo "   not run   $project: $test"; fi
    done < <(awk -F'\t' -v n="$n" -v p="$project" '$1 == n && $2 == p' "$work/tests")
  done
done
echo "$total red over src/ of $base"
