#!/usr/bin/env bash
# How the hit path grows with the index: one service, with 10^3, 10^5 and 10^6 entries in Redis. Nothing is kept in the process
# but the signed URLs, so each request asks Redis. First 1,000 images, evenly spread over all, whose URLs are signed
# before; last any of a million at random, of which nearly each must be signed.
#
#   ./mvnw package -DskipTests && src/bench/growth/growth.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../fleet"
# shellcheck source=src/bench/fleet/parts.sh
. ./parts.sh
tools=../../../target/growth
mkdir -p $tools
cp ../peer/package.json ../growth/*.mjs $tools/
npm install --prefix $tools --silent --no-audit --no-fund

export AFTERIMAGE_INDEX=redis AFTERIMAGE_FLEET=redis AFTERIMAGE_CACHE_NEAR_TTL=0s
url=http://127.0.0.1:8081

memory() {
  redis-cli -p "$redis_port" INFO memory | sed -n 's/^used_memory_human:/Redis uses /p'
  awk '/VmRSS/ { printf "the service uses %.0f MB\n", $2 / 1024 }' "/proc/${pid[8081]}/status"
}

start_redis
start_instances 8081
filled=0
for entries in 1000 100000 1000000; do
  node $tools/entries.mjs $filled $entries | redis-cli -p "$redis_port" --pipe >/dev/null
  filled=$entries
  [ $entries -gt 1000 ] || node $tools/load.mjs $url $entries 1000 >/dev/null # warms the service
  node $tools/load.mjs $url $entries 1000
  memory
done
node $tools/load.mjs $url $filled all
memory
