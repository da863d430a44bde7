# shellcheck shell=bash
# Sourced: starts and stops what a measurement is made of. Needs redis-server, node, curl and what was built (./mvnw package).
# shellcheck source=src/bench/java-home.sh
. ../java-home.sh
# JAR names another build, to measure one beside the other; REDIS_PORT and PROVIDER_PORT where these are taken.
readonly jar=${JAR:-../../../target/quarkus-app/quarkus-run.jar} redis_port=${REDIS_PORT:-6399} provider_port=${PROVIDER_PORT:-9900}
# In memory where that is to be had: the instances' queue syncs each job, and what is measured here is not the disk.
work=$(TMPDIR=$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}") mktemp -d)
declare -A pid=()
mounts=()

clean_up() {
  trap - EXIT
  local one
  kill -9 "${pid[@]}" 2>/dev/null || true
  # Their files lie on the disk that is unmounted next.
  for one in "${pid[@]}"; do
    while kill -0 "$one" 2>/dev/null; do sleep 0.1; done
  done
  [ ${#mounts[@]} -eq 0 ] || umount "${mounts[@]}"
  [ -z "${KEEP_LOGS-}" ] || cp "$work"/*.log "$KEEP_LOGS"
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Runs something in the background and remembers it by name.
launch() { # NAME COMMAND…
  local name=$1
  shift
  "$@" >>"$work/$name.log" 2>&1 &
  pid[$name]=$!
  disown
}

stop() { # NAME [SIGNAL]
  kill "-${2:-TERM}" "${pid[$1]}" 2>/dev/null || true
  while kill -0 "${pid[$1]}" 2>/dev/null; do sleep 0.1; done
  unset "pid[$1]"
}

await_url() { # NAME URL
  for _ in $(seq 600); do
    curl -sf -o /dev/null "$2" && return
    kill -0 "${pid[$1]}" 2>/dev/null || break
    sleep 0.1
  done
  echo "$1 does not answer at $2. Its log:" >&2
  cat "$work/$1.log" >&2
  exit 1
}

# What would be another machine comes first on this one; without the right to say so it is as the rest.
readonly elsewhere=(nice -n -10)

start_redis() {
  launch redis "${elsewhere[@]}" redis-server --port "$redis_port" --save '' --appendonly no
}

# A server with S3's protocol, with the bucket that the settings after it name. `profile` is the Maven profile of the build.
start_s3() { # CLASSES PORT [PROFILE]
  local root=../../.. build=$1 port=$2 profile=${3:+-P$3}
  "$root/mvnw" -q -B -ntp -f "$root/pom.xml" ${profile:+"$profile"} dependency:build-classpath -DincludeScope=test \
    -Dmdep.outputFile="$work/classpath"
  launch s3 "$JAVA_HOME/bin/java" -Xmx512m -cp "$build/test-classes:$build/classes:$(cat "$work/classpath")" \
    dev.afterimage.testing.S3Server "$port"
  until curl -s -o /dev/null "localhost:$port"; do sleep 0.1; done
  export AFTERIMAGE_S3_BUCKET=images QUARKUS_S3_ENDPOINT_OVERRIDE=http://127.0.0.1:$port QUARKUS_S3_PATH_STYLE_ACCESS=true
  export AWS_ACCESS_KEY_ID=test-access-key AWS_SECRET_ACCESS_KEY=test-secret-key
}

start_provider() { # listens at provider_address
  launch provider "${elsewhere[@]}" node provider.mjs "$provider_port" "${provider_address:-127.0.0.1}"
  await_url provider "localhost:$provider_port/stats"
}

# The settings of all instances; a measurement adds its own with `export`.
export AFTERIMAGE_PROVIDER_KIND=json AFTERIMAGE_PROVIDER_URL=http://127.0.0.1:$provider_port/render
export AFTERIMAGE_DIRECTORY=$work/data QUARKUS_REDIS_HOSTS=redis://localhost:$redis_port

start_instances() { # PORT…
  local port
  [ -f "$jar" ] || { echo "Build it first: ./mvnw package -DskipTests" >&2; exit 1; }
  for port; do
    launch "$port" env QUARKUS_HTTP_PORT="$port" "$JAVA_HOME/bin/java" -Xmx"${HEAP:-1g}" -jar "$jar"
  done
  for port; do await_url "$port" "localhost:$port/q/health/ready"; done
}

# A disk of its own for a directory; fails where that is not allowed.
small_disk() { # DIRECTORY SIZE
  mkdir -p "$1"
  mount -t tmpfs -o "size=$2" tmpfs "$1" 2>/dev/null && mounts+=("$1")
}

provider_allows() { # RATE WINDOW-MS LATENCY-MS
  curl -s -o /dev/null "localhost:$provider_port/reset?rate=$1&window=$2&latency=$3"
}

provider_saw() {
  curl -s "localhost:$provider_port/stats"
}
