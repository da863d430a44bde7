#!/usr/bin/env bash
# Holds a running service against its OpenAPI document: Schemathesis sends what the document allows and what it forbids, in
# single requests and in chains, and checks every answer by the document; once where nobody is asked, and once with a key and
# without. Afterwards the log must hold no error.
# Needs a built service (./mvnw package), Python 3.10 or newer, and PyPI for the first run. Options are Schemathesis' own:
#   src/bench/hostile/schemathesis.sh --max-examples 500 --seed 7
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
# shellcheck source=src/bench/java-home.sh
source src/bench/java-home.sh
readonly version=4.32.5 jar=target/quarkus-app/quarkus-run.jar tools=target/schemathesis
readonly start_limit=60 run_limit=${SCHEMATHESIS_SECONDS:-900}

[[ -f $jar ]] || { echo "There is no $jar; run ./mvnw package first." >&2; exit 1; }
if [[ $("$tools/bin/schemathesis" --version 2>/dev/null) != *" $version" ]]; then
  python3 -m venv --clear "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version"
fi

work=$(mktemp -d)
service=
stop() {
  local status=$?
  if [[ -n $service ]]; then
    kill "$service" 2>/dev/null && timeout 20 tail --pid="$service" -f /dev/null || kill -9 "$service" 2>/dev/null || true
  fi
  if ((status)); then
    echo "---- the service's log, its end ----" >&2
    tail -n 200 "$work/log" >&2 || true
  fi
  rm -rf "$work"
}
trap stop EXIT

# hold MODE OPTION…: starts a service in this mode (afterimage.auth.mode) and holds it against its document.
hold() {
  local mode=$1 url="" root=$PWD i
  shift
  echo "==== afterimage.auth.mode=$mode ===="
  rm -rf "$work/data"
  # A fast provider, so that most images are made while Schemathesis waits, and any free port.
  QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT=0 AFTERIMAGE_DIRECTORY=$work/data \
    AFTERIMAGE_PROVIDER_RATE=1000 AFTERIMAGE_HTTP_DEADLINE=5s AFTERIMAGE_AUTH_MODE=$mode \
    AFTERIMAGE_AUTH_OPEN_DESCRIPTION=true \
    "$JAVA_HOME/bin/java" -jar "$jar" >"$work/log" 2>&1 &
  service=$!
  for ((i = 0; i < start_limit && !${#url}; i++)); do
    kill -0 "$service" || { echo "The service did not start." >&2; return 1; }
    sleep 1
    url=$(sed -n 's|.*Listening on: \(http://[0-9.:]*\).*|\1|p' "$work/log")
  done
  [[ $url ]] || { echo "The service did not start within $start_limit s." >&2; return 1; }

  # Elsewhere, because it leaves a cache behind where it runs, and repeats what once failed.
  (cd "$work" && SCHEMATHESIS_HOOKS=$root/src/bench/hostile/hooks.py timeout "$run_limit" "$root/$tools/bin/schemathesis" \
    --config-file "$root/src/bench/hostile/schemathesis.toml" run "$url/q/openapi?format=json" --url "$url" "$@")

  if grep -nE ' (ERROR|FATAL) ' "$work/log" >&2; then
    echo "Every answer was right, but the service logged errors." >&2
    return 1
  fi
  kill "$service" && timeout 20 tail --pid="$service" -f /dev/null
  service=
}

# Whoever sends no key is let in, so nothing can be said of what happens without one, and each request has one.
hold none --exclude-checks ignored_auth,missing_required_header --header "Authorization: Bearer unused" "$@"

# With a key that opens all, and, as a check of its own, without it and with a wrong one.
made=$("$JAVA_HOME/bin/java" -jar "$jar" --new-key all ask batch operate)
key=$(head -n 1 <<<"$made")
tail -n 1 <<<"$made" >"$work/keys"
AFTERIMAGE_AUTH_KEY_FILE=$work/keys hold keys --header "Authorization: Bearer $key" "$@"
