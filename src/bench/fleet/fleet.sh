#!/usr/bin/env bash
# Four instances on one Redis in front of a strict provider: what the README's figures come from.
# Needs redis-server, node and a built jar (./mvnw package).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
readonly jar=../../../target/quarkus-app/quarkus-run.jar
readonly ports=(8081 8082 8083 8084)
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT

redis-server --port 6399 --save '' --appendonly no >"$work/redis.log" &
node provider.mjs 9900 &
for port in "${ports[@]}"; do
  QUARKUS_HTTP_PORT=$port QUARKUS_REDIS_HOSTS=redis://localhost:6399 \
    AFTERIMAGE_INDEX=redis AFTERIMAGE_FLEET=redis AFTERIMAGE_DIRECTORY=$work/data \
    AFTERIMAGE_PROVIDER_KIND=json AFTERIMAGE_PROVIDER_URL=http://127.0.0.1:9900/render \
    "${JAVA_HOME:+$JAVA_HOME/bin/}java" -jar "$jar" >"$work/$port.log" &
done
for port in "${ports[@]}"; do
  until curl -s -o /dev/null "localhost:$port/q/health/ready"; do sleep 1; done
done

measure() { # SCENARIO RATE WINDOW LATENCY
  curl -s -o /dev/null "localhost:9900/reset?rate=$2&window=$3&latency=$4"
  node load.mjs "$1" "${ports[@]}"
  curl -s localhost:9900/stats
}

echo 'warm-up:'
measure sixty 10 1000 400
echo 'measured:'
for _ in 1 2 3; do
  measure same 10 1000 2000
  measure sixty 10 1000 400
done
