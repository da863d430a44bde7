#!/usr/bin/env bash
# A catalogue of 10,000 rows on a laptop, at a provider that allows 200 calls a second: how much of the limit is used while
# others ask for images, what a kill -9 half-way loses or bills twice, and what the second night costs.
#
#   ./mvnw package -DskipTests && src/bench/fleet/catalogue.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=src/bench/fleet/parts.sh
. ./parts.sh
readonly rows=${ROWS:-10000}
port=8081
export AFTERIMAGE_PROVIDER_RATE=200 AFTERIMAGE_PREGENERATION_CONCURRENCY=200
# A killed worker's jobs come back after this.
export AFTERIMAGE_PREGENERATION_VISIBILITY_TIMEOUT=20s AFTERIMAGE_PREGENERATION_PATIENCE=15s

batch() { curl -s "localhost:$port/v1/batches/$id"; }
ended() { batch | sed -E 's/.*"(done)":([0-9]+).*"(failed)":([0-9]+).*/\2 \4/' | awk '{ print $1 + $2 }'; }

until_ended() { # JOBS
  for _ in $(seq 3000); do
    [ "$(ended)" -lt "$1" ] || return 0
    sleep 0.2
  done
  echo "Not $1 jobs ended:" >&2
  batch >&2
  exit 1
}

send() {
  curl -s "localhost:$port/v1/batches?template=card" -H 'Content-Type: text/csv' --data-binary "@$work/cards.csv" |
    sed 's/.*"id":"\([^"]*\)".*/\1/'
}

awk -v rows="$rows" 'BEGIN { print "title,author.name"; for (i = 1; i <= rows; i++) printf "Title %d,Author %d\n", i, i % 97 }' \
  >"$work/cards.csv"
start_provider
provider_allows 200 1000 150
start_instances $port

echo "== first night: 10,000 new images, and 39 a second that somebody waits for"
id=$(send)
until_ended $((rows / 20))
curl -s -o /dev/null "localhost:$provider_port/mark"
RATE=39 SECONDS_LONG=20 node load.mjs flood $port &
loader=$!
sleep 20
provider_saw
wait $loader

echo "== killed half-way, and started again"
until_ended $((rows / 2))
stop $port KILL
start_instances $port
until_ended "$rows"
batch | sed 's/"failures":.*"startedAt"/"startedAt"/'
echo
provider_saw

echo "== second night"
curl -s -o /dev/null "localhost:$provider_port/mark"
sleep 1.1
curl -s -o /dev/null "localhost:$provider_port/mark"
id=$(send)
until_ended "$rows"
batch | sed 's/"failures":.*"startedAt"/"startedAt"/'
echo
provider_saw
