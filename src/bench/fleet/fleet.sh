#!/usr/bin/env bash
# Four instances on one Redis in front of a strict provider: what the README's figures come from.
#
#   ./mvnw package -DskipTests && src/bench/fleet/fleet.sh                     all of them
#   src/bench/fleet/fleet.sh bursts flood leader-killed redis-stopped          some
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./parts.sh
readonly ports=(8081 8082 8083 8084)
export AFTERIMAGE_INDEX=redis AFTERIMAGE_FLEET=redis

fleet() { # RATE
  export AFTERIMAGE_PROVIDER_RATE=$1
  start_instances "${ports[@]}"
}

dismiss() {
  local port
  for port in "${ports[@]}"; do [ -z "${pid[$port]-}" ] || stop "$port" KILL; done
}

load() { node load.mjs "$@"; }

# 100 clients for one picture of 2 s; 60 new pictures at 10 a second.
bursts() {
  fleet 10
  provider_allows 10 1000 400
  load sixty "${ports[@]}" >/dev/null
  for _ in 1 2 3; do
    provider_allows 10 1000 2000
    load same "${ports[@]}"
    provider_saw
    provider_allows 10 1000 400
    load sixty "${ports[@]}"
    provider_saw
  done
  dismiss
}

# 1,000 distinct misses a second for 20 s at 100 a second, after 15 s of 300 a second that warm the instances.
flood() {
  fleet 100
  provider_allows 100 1000 200
  RATE=300 SECONDS_LONG=15 load flood "${ports[@]}" >/dev/null
  provider_allows 100 1000 200
  RATE=1000 SECONDS_LONG=20 load flood "${ports[@]}" &
  local loader=$!
  sleep 20
  provider_saw
  wait "$loader"
  dismiss
}

# Everybody waits for one picture of 3 s. A second into it, the instance that leads dies.
leader-killed() {
  fleet 10
  provider_allows 10 1000 400
  load sixty "${ports[@]}" >/dev/null
  provider_allows 10 1000 3000
  load leader "${ports[@]}" &
  local loader=$!
  sleep 1.5
  stop "${ports[0]}" KILL
  wait "$loader"
  provider_saw
  dismiss
}

# Hits and new pictures for a minute; from second 10 to 40 there is no Redis, and what comes back is empty.
redis-stopped() {
  fleet 10
  provider_allows 10 1000 400
  load sixty "${ports[@]}" >/dev/null
  provider_allows 10 1000 400
  load steady "${ports[@]}" &
  local loader=$!
  sleep 10
  stop redis KILL
  sleep 30
  start_redis
  wait "$loader"
  provider_saw
  dismiss
}

start_redis
start_provider
[ $# -gt 0 ] || set -- bursts flood leader-killed redis-stopped
for measurement; do
  echo "== $measurement"
  "$measurement"
done
