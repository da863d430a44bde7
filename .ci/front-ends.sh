#!/usr/bin/env bash
# What people who build pages use, held against the running service: the TypeScript client, the examples, the links that the
# documents show how to sign, the console, and links in a real browser. Needs target/quarkus-app (./mvnw package), a JDK as
# ./mvnw does, Node 20.3, Python 3.10, curl 7.83; installs Chromium and PHP where it may. Nothing is skipped: what is missing fails.
#
#   .ci/front-ends.sh              # everything
#   .ci/front-ends.sh links        # only .ci/front-ends/links.test.mjs
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=src/bench/java-home.sh
source src/bench/java-home.sh

browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
missing=()
browser >/dev/null || missing+=(chromium fonts-liberation)
command -v php >/dev/null || missing+=(php-cli)
if ((${#missing[@]})) && command -v apt-get >/dev/null && [[ $EUID -eq 0 ]]; then
  apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"
fi
for program in node npm python3 php curl; do
  command -v "$program" >/dev/null || { echo "front-ends: install $program" >&2 && exit 1; }
done
CHROMIUM=$(browser) || { echo "front-ends: install chromium" >&2 && exit 1; }
export CHROMIUM

directory=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])')
secret=0123456789abcdef0123456789abcdef
# Links wait for a machine that is busy: browsers don't ask again for what was late.
export AFTERIMAGE_LINKS_WAIT=60s AFTERIMAGE_LINKS_CRAWLER_WAIT=60s
cp -r target/quarkus-app "$directory/app" # Another build of target/ meanwhile does not matter.
QUARKUS_HTTP_HOST=localhost QUARKUS_HTTP_PORT=$port AFTERIMAGE_DIRECTORY=$directory/data AFTERIMAGE_LINKS_SECRETS_A=$secret \
  QUARKUS_HTTP_CORS_ENABLED=true QUARKUS_HTTP_CORS_ORIGINS='/http://127[.]0[.]0[.]1:.*/' \
  "$JAVA_HOME/bin/java" -jar "$directory/app/quarkus-run.jar" >"$directory/service.log" 2>&1 &
service=$!
trap 'kill "$service"; wait "$service" || true; rm -rf "$directory"' EXIT
for ((i = 0; i < 300; i++)); do
  curl --silent --fail --output /dev/null "http://localhost:$port/q/health/ready" && break
  kill -0 "$service" || { cat "$directory/service.log" && exit 1; }
  sleep 0.2
done

export AFTERIMAGE_URL=http://localhost:$port AFTERIMAGE_LINK_SECRET=$secret AFTERIMAGE_APP=$directory/app
(cd clients/typescript && npm ci && if (($#)); then npm run build; else npm test; fi)
(cd .ci/front-ends && npm ci)
if (($#)); then
  tests=("${@/#/.ci/front-ends/}")
  tests=("${tests[@]/%/.test.mjs}")
else
  tests=(.ci/front-ends/*.test.mjs)
fi
node --test "${tests[@]}"
