#!/usr/bin/env bash
# OpenAI's own Node and Python clients against the local service, whose provider takes 40 s for an image: each asks with its
# default of two retries, gets every image, and nothing is bought twice. Needs target/quarkus-app (./mvnw package), a JDK as ./mvnw
# does, Node 20, Python 3.9.
#
#   src/bench/openai/clients.sh          # or with the seconds that the provider takes
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
# shellcheck source=src/bench/java-home.sh
source src/bench/java-home.sh

seconds=${1:-40}
directory=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}"; wait || true; rm -rf "$directory"' EXIT
cp -r target/quarkus-app "$directory/app" # Another build of target/ meanwhile does not matter.
cp src/bench/openai/*.{mjs,py} "$directory"
npm install --silent --no-fund --no-audit --prefix "$directory" openai@7
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check 'openai==3.*'

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'; }
port=$(free_port)
provider=$(free_port)
node "$directory/provider.mjs" "$provider" "$seconds" &
pids+=($!)
"$JAVA_HOME/bin/java" -Dquarkus.http.port="$port" -Dafterimage.directory="$directory/data" -Dafterimage.provider.kind=json \
  -Dafterimage.provider.url="http://127.0.0.1:$provider/" -Dafterimage.provider.api-key=any \
  '-Dafterimage.openai.models."vendor/model-1.1"=card' \
  -jar "$directory/app/quarkus-run.jar" >"$directory/service.log" 2>&1 &
service=$!
pids+=("$service")
for ((i = 0; i < 600; i++)); do
  curl --silent --fail --output /dev/null "http://localhost:$port/q/health/ready" && break
  kill -0 "$service" || { cat "$directory/service.log" && exit 1; }
  sleep 0.2
done

node "$directory/client.mjs" "http://localhost:$port/v1"
"$directory/venv/bin/python" "$directory/client.py" "http://localhost:$port/v1"
calls=$(curl --silent --fail "http://localhost:$provider/calls")
echo "calls to the provider: $calls"
[[ $calls == 4 ]] || { echo "openai: 4 images were to be bought" >&2 && exit 1; }
