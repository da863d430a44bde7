#!/usr/bin/env bash
# Looks for inputs that break something: every fuzz test (*Fuzz.java) in turn, five minutes each, or only those named.
#   src/bench/hostile/fuzz.sh [CLASS#METHOD ...]
# Jazzer is led by the code that an input reaches. What it finds is written beside the kept inputs of the test, in
# src/test/resources, where ./mvnw verify runs it from then on; what only reaches new code goes to .cifuzz-corpus.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

if (($# == 0)); then
  # shellcheck disable=SC2046 # no path of ours holds a space
  mapfile -t found < <(awk '/@FuzzTest$/ {getline; sub(/\(.*/, ""); name = FILENAME; gsub(/.*\/|\.java/, "", name)
    print name "#" $NF}' $(grep -rl --include='*Fuzz.java' '@FuzzTest$' src))
  set -- "${found[@]}"
fi
status=0
for target in "$@"; do
  echo "---- $target"
  profile=()
  [[ -z $(find src/lambdaTest -name "${target%%#*}.java") ]] || profile=(-Plambda)
  JAZZER_FUZZ=1 ./mvnw -B -ntp "${profile[@]}" test-compile failsafe:integration-test@fuzz failsafe:verify@fuzz \
    -Dit.test="$target" || status=1
done
exit $status
