#!/usr/bin/env bash
# Builds the service and measures it, one benchmark after the other; all take most of an hour. The soak is apart
# (src/bench/soak/soak.sh). Needs redis-server, node, go, curl and wrk.
#
#   src/bench/all.sh                 all
#   src/bench/all.sh hits lambda     these
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

declare -A scripts=(
  [hits]=peer/hits.sh [profile]=peer/profile.sh [lambda]=lambda/lambda.sh [growth]=growth/growth.sh [batch]=growth/batch.sh
  [start]=lambda/start.sh [fleet]=fleet/fleet.sh [catalogue]=fleet/catalogue.sh [sqs]=fleet/sqs.sh
)
readonly all=(jmh hits profile lambda start growth batch fleet catalogue sqs)
wanted=("$@")
[ ${#wanted[@]} -gt 0 ] || wanted=("${all[@]}")
for name in "${wanted[@]}"; do
  [[ " ${all[*]} " == *" $name "* ]] || { echo "There is no benchmark '$name'; there are ${all[*]}." >&2; exit 2; }
done

./mvnw -B -ntp -q package -Plambda -DskipTests
./mvnw -B -ntp -q package -DskipTests
for name in "${wanted[@]}"; do
  echo "==== $name"
  if [ "$name" = jmh ]; then
    ./mvnw -B -ntp -q -Pbench test-compile exec:exec
  else
    "src/bench/${scripts[$name]}"
  fi
done
