#!/usr/bin/env bash
# Three instances before an image API that works in jobs, and one fault after the other while jobs are open. Says bills against
# images by cause, and fails when an image was billed twice.
#
#   ./mvnw package -DskipTests && src/bench/soak/job-soak.sh      about 10 minutes
#   SLOT=40 src/bench/soak/job-soak.sh                            seconds a fault, its recovery included
#   FAULTS="redis-frozen provider-slow" src/bench/soak/job-soak.sh    these alone
#   KEEP=directory src/bench/soak/job-soak.sh                     keeps the records and logs there
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../fleet"
# shellcheck source=src/bench/fleet/parts.sh
. ./parts.sh
# shellcheck source=src/bench/soak/faults.sh
. ../soak/faults.sh
readonly slot=${SLOT:-60} warm_up=20
read -ra ports <<<"${PORTS:-8081 8082 8083}"

export AFTERIMAGE_INDEX=redis AFTERIMAGE_FLEET=redis HEAP=256m
export AFTERIMAGE_PROVIDER_KIND=flux AFTERIMAGE_PROVIDER_URL=http://127.0.0.1:"$provider_port"/v1/ AFTERIMAGE_PROVIDER_API_KEY=k
export AFTERIMAGE_PROVIDER_ALLOWED_HOSTS=127.0.0.1 AFTERIMAGE_PROVIDER_TIMEOUT=15s QUARKUS_SHUTDOWN_TIMEOUT=3s
export AFTERIMAGE_PREGENERATION_VISIBILITY_TIMEOUT=20s AFTERIMAGE_PREGENERATION_PATIENCE=15s
export AFTERIMAGE_PREGENERATION_BACK_OFF=2s AFTERIMAGE_PREGENERATION_MAX_BACK_OFF=15s

instance-frozen() {
  case $1 in
    begin) kill -STOP "${pid[${ports[1]}]}" ;;
    end) kill -CONT "${pid[${ports[1]}]}" ;;
  esac
}

instance-stopped() { # SIGTERM, and less time than jobs take
  case $1 in
    begin) stop "${ports[1]}" TERM ;;
    end) start_instances "${ports[1]}" ;;
  esac
}

provider-never() { provider_does never "$1"; }

millis() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# After a lost memory nothing is bought for the longest call, 40 s here; so the two faults that lose it come last.
read -ra faults <<<"${FAULTS:-instance-killed instance-frozen instance-stopped provider-slow provider-never redis-frozen redis-flushed redis-killed}"

start_redis
launch provider "${elsewhere[@]}" node ../soak/job-provider.mjs "$provider_port"
await_url provider "localhost:$provider_port/stats"
start_instances "${ports[@]}"
: >"$work/faults.ndjson"
SECONDS=0
SECONDS_LONG=$((warm_up + slot * ${#faults[@]})) node ../soak/job-traffic.mjs "$work/images.ndjson" "${ports[@]}" &
traffic=$!
sleep $warm_up
for fault in "${faults[@]}"; do
  ends=$((SECONDS + slot)) began=$(millis)
  echo "$SECONDS s: $fault" >&2
  "$fault" begin
  sleep $((slot / 3))
  "$fault" end
  printf '{"name":"%s","begin":%d,"end":%d}\n' "$fault" "$began" "$(millis)" >>"$work/faults.ndjson"
  ((SECONDS >= ends)) || sleep $((ends - SECONDS))
done
wait $traffic
curl -s "localhost:$provider_port/bills" >"$work/bills.ndjson"
curl -s "localhost:$provider_port/stats" >"$work/stats.ndjson"
[ -z "${KEEP-}" ] || { mkdir -p "$KEEP" && cp "$work"/*.ndjson "$work"/*.log "$KEEP"; }
node ../soak/job-report.mjs "$work"
