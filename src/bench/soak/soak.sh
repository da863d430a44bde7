#!/usr/bin/env bash
# Three instances, one Redis, a strict provider, mixed traffic, and one fault after the other with time to recover in between.
# Says what clients saw and what it cost, and fails when a law of the service was broken.
#
#   ./mvnw package -DskipTests && src/bench/soak/soak.sh      30 minutes
#   MINUTES=4 src/bench/soak/soak.sh                          a short one; memory is not judged
#   KEEP=directory src/bench/soak/soak.sh                     keeps the records and logs there
#
# Needs sqlite3 besides what parts.sh needs. As root on Linux it gives the fleet a small disk, and fills it; elsewhere this fault is left out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../fleet"
# shellcheck source=src/bench/fleet/parts.sh
. ./parts.sh
# shellcheck source=src/bench/soak/faults.sh
. ../soak/faults.sh
readonly ports=(8081 8082 8083) seconds=$((${MINUTES:-30} * 60))
readonly warm_up=$((seconds / 12)) calm_end=$((seconds / 12)) sample_every=$((seconds / 40 > 10 ? seconds / 40 : 10))

export AFTERIMAGE_INDEX=redis AFTERIMAGE_FLEET=redis AFTERIMAGE_PROVIDER_RATE=20 AFTERIMAGE_PROVIDER_TIMEOUT=3s HEAP=256m
# A dead worker's jobs come back after this, and failed ones are tried again within the soak.
export AFTERIMAGE_PREGENERATION_VISIBILITY_TIMEOUT=20s AFTERIMAGE_PREGENERATION_PATIENCE=15s
export AFTERIMAGE_PREGENERATION_BACK_OFF=2s AFTERIMAGE_PREGENERATION_MAX_BACK_OFF=15s
# Soon full, so that memory is judged with it.
export AFTERIMAGE_DELIVERY_MEMOISED_URLS=1000

faults=(
  redis-killed provider-throttle redis-frozen provider-error instance-killed provider-slow
  redis-flushed provider-hang provider-reset provider-garbage provider-unavailable
)
if small_disk "$AFTERIMAGE_DIRECTORY" 256m; then
  faults+=(disk-full)
else
  echo "No small disk can be mounted here; disk-full is left out." >&2
fi

millis() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# Of each instance: resident memory and, after a collection, the heap, in KiB.
sample() {
  local port heap
  for port in "${ports[@]}"; do
    [ -n "${pid[$port]-}" ] || continue
    "$JAVA_HOME/bin/jcmd" "${pid[$port]}" GC.run >/dev/null
    heap=$("$JAVA_HOME/bin/jcmd" "${pid[$port]}" GC.heap_info | sed -nE 's/.*used ([0-9]+)K.*/\1/p' | head -n 1)
    printf '{"at":%d,"port":%d,"pid":%d,"rss":%d,"heap":%d}\n' \
      "$(millis)" "$port" "${pid[$port]}" "$(ps -o rss= -p "${pid[$port]}")" "$heap" >>"$work/samples.ndjson"
  done
}

next_sample=0
pass() { # SECONDS
  local until=$((SECONDS + $1))
  while ((SECONDS < until)); do
    if ((SECONDS >= next_sample)); then
      next_sample=$((SECONDS + sample_every))
      sample
    else
      sleep 0.2
    fi
  done
}

suffer() { # FAULT SECONDS
  local began
  began=$(millis)
  echo "$SECONDS s: $1" >&2
  "$1" begin
  pass "$2"
  "$1" end
  printf '{"name":"%s","begin":%d,"end":%d}\n' "$1" "$began" "$(millis)" >>"$work/faults.ndjson"
}

start_redis
start_provider
start_instances "${ports[@]}"
# Instances that have made images before; one that is started later is cold.
provider_allows 20 1000 150
for _ in 1 2 3; do node load.mjs sixty "${ports[@]}" >/dev/null; done
provider_allows 20 1000 150

SECONDS=0
SECONDS_LONG=$seconds node ../soak/traffic.mjs "$work/answers.ndjson" "${ports[@]}" &
traffic=$!
pass $warm_up
slot=$(((seconds - warm_up - calm_end) / ${#faults[@]}))
for fault in "${faults[@]}"; do
  begins=$SECONDS
  suffer "$fault" $((slot * 2 / 5))
  pass $((begins + slot - SECONDS))
done
wait $traffic

curl -s "localhost:$provider_port/calls" >"$work/calls.ndjson"
node ../soak/jobs.mjs "$work"/{answers,calls}.ndjson "$AFTERIMAGE_DIRECTORY/afterimage.db" "$work/jobs.ndjson" "${ports[@]}"
curl -s "localhost:$provider_port/calls" >"$work/calls.ndjson"
[ -z "${KEEP-}" ] || { mkdir -p "$KEEP" && cp "$work"/*.ndjson "$work"/*.log "$KEEP"; }
node ../soak/report.mjs "$work"
