#!/usr/bin/env bash
# Builds the last commit twice, in two clean directories of different names, and fails unless both have made the same.
#
# Compared by their bytes: every file of target/quarkus-app but one, and in that one, quarkus/generated-bytecode.jar, the names
# and dates of its entries, their order, and all classes but those of `recorded`. In these Quarkus writes down what its build
# steps recorded: it numbers the values in the order in which the steps' threads came, and goes through hash sets, so that the
# same lines stand in another order under other numbers. It has no setting against that (with one thread, its builder waits for
# itself). Of these classes the instructions are compared as javap prints them, sorted, with every number as N, and without those
# that only carry a value from one local variable or array to another or put a whole number on the stack: the same calls, classes,
# fields and texts, equally often. A number that alone differed there would not be seen.
#
# Not part of .ci/run: two whole builds, which take longer than 3 minutes where two cores are shared.
#
#   .ci/reproducible.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=src/bench/java-home.sh
source src/bench/java-home.sh
readonly jar=quarkus/generated-bytecode.jar
readonly recorded='^io/quarkus/(runner/recorded/|runtime/generated/|arc/setup/Default_ComponentsProvider\.class$)'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# instructions DIRECTORY CLASS-FILE…: what the recorded classes do, without order and numbers.
instructions() {
  (cd "$1" && "$JAVA_HOME/bin/javap" -p -c "${@:2}") | sed -E \
    -e 's/^ *[0-9]+: //' -e 's/^ldc2?_w/ldc/' -e 's/_[0-9]+( |$)/ N\1/' -e 's/#?[0-9]+/N/g' -e 's/ +/ /g' \
    -e '/^(aaload|aastore|aload N|astore N|iconst N|[bs]ipush N|ldc N \/\/ int N|checkcast .*)$/d' | sort
}

for build in one other/directory; do
  git clone --quiet . "$work/$build"
  (cd "$work/$build" && ./mvnw -B -ntp -q package -DskipTests)
  app=$work/$build/target/quarkus-app
  unzip -q "$app/$jar" -d "$work/$build/generated"
  # The entries in their order, with their dates, without sizes and checksums.
  unzip -Z -T "$app/$jar" | awk '/^[-d]/ {print $1, $7, $8}' >"$app/entries.txt"
  rm "$app/$jar"
done
one=$work/one other=$work/other/directory
diff -r "$one/target/quarkus-app" "$other/target/quarkus-app"

mapfile -t differing < <(diff -rq "$one/generated" "$other/generated" | sed -E "s|^Files $one/generated/(.*) and .*|\1|")
for class in "${differing[@]}"; do
  [[ $class =~ $recorded ]] || { echo "$class in $jar differs." >&2; exit 1; }
done
if ((${#differing[@]})); then
  diff <(instructions "$one/generated" "${differing[@]}") <(instructions "$other/generated" "${differing[@]}")
fi
echo "The same bytes in $(find "$one/target/quarkus-app" -type f | wc -l) files, and in all but ${#differing[@]} of" \
  "$(find "$one/generated" -type f | wc -l) in $jar; the same instructions in these."
