#!/usr/bin/env bash
# Builds the last commit twice, in two clean directories of different names, and fails unless both have made the same bytes. One
# file is compared by the names of its classes only: in quarkus/generated-bytecode.jar Quarkus numbers what its build steps record
# in the order in which its threads happen to come, so that two builds differ there in numbers and in the order of fields.
#
#   .ci/reproducible.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly recorded=quarkus/generated-bytecode.jar
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for build in one other/directory; do
  git clone --quiet . "$work/$build"
  (cd "$work/$build" && ./mvnw -B -ntp -q package -DskipTests)
  app=$work/$build/target/quarkus-app
  unzip -Z1 "$app/$recorded" | sort >"$app/recorded-classes.txt"
  rm "$app/$recorded"
done
diff -r "$work/one/target/quarkus-app" "$work/other/directory/target/quarkus-app"
echo "The same bytes in $(find "$work/one/target/quarkus-app" -type f | wc -l) files."
