#!/usr/bin/env bash
# A batch of 100,000 rows over HTTP, on a laptop's set-up (files and memory): how long until it is accepted and until it is
# made, and what memory it takes.
#
#   ./mvnw package -DskipTests && src/bench/growth/batch.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../fleet"
# shellcheck source=src/bench/fleet/parts.sh
. ./parts.sh
readonly rows=${ROWS:-100000}
port=8081
export AFTERIMAGE_PROVIDER_RATE=10000 AFTERIMAGE_PREGENERATION_CONCURRENCY=64

memory() {
  awk '/VmHWM|VmRSS/ { printf "%s %.0f MB  ", $1, $2 / 1024 } END { print "" }' "/proc/${pid[$port]}/status"
}

batch() { curl -s "localhost:$port/v1/batches/$id"; }
ended() { batch | sed -E 's/.*"(done)":([0-9]+).*"(failed)":([0-9]+).*/\2 \4/' | awk '{ print $1 + $2 }'; }

awk -v rows="$rows" 'BEGIN { print "title,author.name"; for (i = 1; i <= rows; i++) printf "Title %d,Author %d\n", i, i % 97 }' \
  >"$work/cards.csv"
start_provider
provider_allows 10000 1000 0
start_instances $port
# The first upload of a process pays for loading its classes.
curl -s -o /dev/null "localhost:$port/v1/batches?template=card" -H 'Content-Type: text/csv' --data-binary $'title\nFirst'
sleep 2

echo "before: $(memory)"
curl -s "localhost:$port/v1/batches?template=card" -H 'Content-Type: text/csv' --data-binary "@$work/cards.csv" \
  -o "$work/accepted" -w '%{http_code} after %{time_total} s\n'
echo "accepted: $(memory)"
id=$(sed 's/.*"id":"\([^"]*\)".*/\1/' "$work/accepted")
SECONDS=0
until [ "$(ended)" -ge "$rows" ] || [ $SECONDS -gt "${PATIENCE:-200}" ]; do sleep 1; done
echo "$(ended) ended after $SECONDS s: $(memory)"
batch | sed 's/"failures":.*"startedAt"/"startedAt"/'
echo
provider_saw
echo
