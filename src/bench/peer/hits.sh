#!/usr/bin/env bash
# The hit path beside the usual service's in Node and in Go, on one Redis, by turns in one run. Needs go and wrk, too.
#
#   ./mvnw package -DskipTests && src/bench/peer/hits.sh
#   STORE=filesystem src/bench/peer/hits.sh      images on the disk, whose file is looked for at each hit
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../fleet"
# shellcheck source=src/bench/fleet/parts.sh
. ./parts.sh
# shellcheck source=src/bench/peer/peer.sh
. ../peer/peer.sh
command -v wrk >/dev/null || { echo "Install wrk, which makes the load (apt or brew install wrk)." >&2; exit 1; }
install_peer
CGO_ENABLED=0 go build -C ../peer/go -o "$(realpath "$peer")/go-peer" .

start_redis
start_provider
provider_allows 1000 1000 0
if [ "${STORE:=s3}" = s3 ]; then
  start_s3 ../../../target 9003
fi
export AFTERIMAGE_STORE=$STORE AFTERIMAGE_INDEX=redis AFTERIMAGE_FLEET=redis AFTERIMAGE_PROVIDER_RATE=1000 AFTERIMAGE_DELIVERY_BASE_URL=https://img.example.com
# As the container and the release start it (docs/decisions, 61).
JAVA_TOOL_OPTIONS=-XX:+UseParallelGC start_instances 8081
launch node-peer node "$peer"/service.mjs 8090 "$redis_port"
launch go-peer "$peer"/go-peer 8091 "$redis_port"
node "$peer"/load.mjs http://127.0.0.1:8081/v1/images http://127.0.0.1:8090/v1/images http://127.0.0.1:8091/v1/images
