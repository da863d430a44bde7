#!/usr/bin/env bash
# Four instances on one Redis in front of a strict provider: what the README's figures come from.
#
#   ./mvnw package -DskipTests && src/bench/fleet/fleet.sh                     all of them
#   src/bench/fleet/fleet.sh bursts flood leader-killed redis-stopped          some
#   src/bench/fleet/fleet.sh compose                                           what compose.yaml starts, as processes (containers.sh)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=src/bench/fleet/parts.sh
. ./parts.sh
readonly ports=(8081 8082 8083 8084)
export AFTERIMAGE_INDEX=redis AFTERIMAGE_FLEET=redis
# A plain collector: four instances share few cores here, and parallel ones would wait for each other.
export JAVA_TOOL_OPTIONS=-XX:+UseSerialGC

fleet() { # RATE PORT…
  export AFTERIMAGE_PROVIDER_RATE=$1
  start_instances "${@:2}"
}

# Four instances that have made images before, at 10 calls a second.
warm_fleet() {
  fleet 10 "${ports[@]}"
  provider_allows 10 1000 400
  load sixty "${ports[@]}" >/dev/null
}

# What a fleet has left queued would stand before the next one's requests.
dismiss() {
  local port
  for port in "${ports[@]}"; do [ -z "${pid[$port]-}" ] || stop "$port" KILL; done
  rm -rf "${AFTERIMAGE_DIRECTORY:?}"
  stop redis KILL
  start_redis
}

load() { node load.mjs "$@"; }

# 100 clients for one image of 2 s; 60 new images at 10 a second.
bursts() {
  warm_fleet
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

# Distinct misses for 20 s, ten times as many as the limit of 100 calls a second allows (FLOOD says how many a second), by
# instances that have had 100 s of them before. Two of them (INSTANCES says how many): four JVMs compile for minutes, and two
# cores have nothing left for a flood meanwhile. The clients wait for 5 s; whom the limit leaves no room for is told to come
# back, and the job goes to the durable queue.
flood() {
  local members=("${ports[@]:0:${INSTANCES:-2}}")
  fleet 100 "${members[@]}"
  provider_allows 100 1000 200
  export PREFER=wait=5
  RATE=150 SECONDS_LONG=60 load flood "${members[@]}" >/dev/null
  RATE=400 SECONDS_LONG=40 load flood "${members[@]}" >/dev/null
  sleep 10
  curl -s -o /dev/null "localhost:$provider_port/mark"
  RATE=${FLOOD:-1000} SECONDS_LONG=20 load flood "${members[@]}" &
  local loader=$!
  sleep 20
  provider_saw
  wait "$loader"
  unset PREFER
  dismiss
}

# Everybody waits for one image of 3 s. A second into it, the instance that leads dies.
leader-killed() {
  warm_fleet
  provider_allows 10 1000 3000
  load leader "${ports[@]}" &
  local loader=$!
  sleep 1.5
  stop "${ports[0]}" KILL
  wait "$loader"
  provider_saw
  dismiss
}

# Hits and new images for a minute; from second 10 to 40 there is no Redis, and what comes back is empty.
redis-stopped() {
  warm_fleet
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

# The instances of compose.yaml behind its balancer, asked with a key: equal requests; new images at the limit's pace; the same
# minute without Redis, which comes back with what it appended to its file; an instance killed and started again, asked through the
# balancer by everybody; the same with 30 clients of the other instance that wait for the dead one's image.
compose() {
  # shellcheck source=src/bench/fleet/containers.sh
  . ./containers.sh
  make_network
  renice -n -10 -p $BASHPID >/dev/null 2>&1 || true
  stop provider
  provider_address=0.0.0.0 start_provider
  touch "$work/keys"
  contained one --new-key me ask batch operate >"$work/new-key" &
  wait $!
  KEY=$(head -n 1 "$work/new-key")
  export KEY
  tail -n 1 "$work/new-key" >"$work/keys"
  start_service valkey
  start_store
  launch one contained one
  launch two contained two
  await_healthy one
  await_healthy two
  start_service balancer
  local front=${address[balancer]}:8080 loader
  # Their compilers have work for minutes.
  provider_allows 10 1000 400
  for _ in 1 2 3; do load paced "$front" >/dev/null; done

  for _ in 1 2 3; do
    provider_allows 10 1000 2000
    load same "$front"
    provider_saw
    provider_allows 10 1000 400
    load paced "$front"
    provider_saw
  done

  echo "-- Redis is killed at second 10, and back at 40"
  provider_allows 10 1000 400
  load steady "$front" &
  loader=$!
  sleep 10
  stop valkey KILL
  sleep 1
  curl -s -o /dev/null "localhost:$provider_port/mark"
  sleep 28.5
  echo "bought without Redis: $(provider_saw)"
  start_service valkey
  sleep 15
  curl -s -H "Authorization: Bearer $KEY" "$front/v1/stats" | grep -o '"queueDepth.*'
  wait $loader
  provider_saw

  echo "-- one of two instances is killed at second 10, and started again at 30"
  sleep 15
  provider_allows 10 1000 400
  load steady "$front" &
  loader=$!
  sleep 10
  stop one KILL
  sleep 20
  start_service one
  wait $loader
  provider_saw

  echo "-- an instance is killed while its call is out and 30 clients of the other wait for the image"
  sleep 15
  provider_allows 10 1000 3000
  load leader "${address[one]}:8080" "${address[two]}:8080" &
  loader=$!
  sleep 1.5
  stop one KILL
  wait $loader
  provider_saw
}

start_redis
start_provider
[ $# -gt 0 ] || set -- bursts flood leader-killed redis-stopped
for measurement; do
  echo "== $measurement"
  "$measurement"
done
