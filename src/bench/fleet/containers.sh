# shellcheck shell=bash
# Sourced after parts.sh: starts the services of compose.yaml as processes, with its commands, settings and names, each in a network
# of its own. What is built here runs as its image would: the Dockerfile's user, directory and entry, no capabilities, and a root
# that can't be written to but for its tmpfs. Linux, and needs the right to make namespaces (root); python3 with PyYAML, and
# valkey-server (or redis-server) and caddy in the PATH. MinIO's place is taken by S3Proxy.
readonly network=10.89.0 bridge=afterimage0
readonly root=$work/root
declare -gA address=() pid
# What a measurement adds to the instances' settings: the provider that counts. S3Proxy doesn't read the trailer of a body in chunks.
measured=(AFTERIMAGE_PROVIDER_KIND=json "AFTERIMAGE_PROVIDER_URL=http://provider:${provider_port:?}/render"
  QUARKUS_S3_CHUNKED_ENCODING=false)
services=()

# What one service says, as variables: command, environment, health, tmpfs, volumes, secrets, configs, user, …
describe() { # SERVICE
  local said
  said=$(python3 compose.py "$1")
  eval "$said"
}

remove_network() {
  local name
  clean_up
  for name in "${services[@]}"; do
    ip link del "ai-$name" 2>/dev/null || true
    ip netns del "afterimage-$name" 2>/dev/null || true
  done
  ip link del $bridge 2>/dev/null || true
}

# One address for each service, and one of this machine: the provider's.
make_network() {
  local name names number=10
  trap remove_network EXIT
  ip link add $bridge type bridge
  ip addr add $network.1/24 dev $bridge
  ip link set $bridge up
  printf '127.0.0.1 localhost\n%s provider\n' $network.1 >"$work/hosts"
  while read -r name names; do
    address[$name]=$network.$((number++))
    services+=("$name")
    ip netns add "afterimage-$name"
    ip link add "ai-$name" type veth peer name eth0 netns "afterimage-$name"
    ip link set "ai-$name" master $bridge up
    ip -n "afterimage-$name" addr add "${address[$name]}/24" dev eth0
    ip -n "afterimage-$name" link set eth0 up
    ip -n "afterimage-$name" link set lo up
    echo "${address[$name]} $name $names" >>"$work/hosts"
  done < <(python3 compose.py services)
  mkdir -p "$root" "$work/programs"
  local program
  for program in valkey-server:redis-server valkey-cli:redis-cli caddy; do
    cp "$(command -v "${program%:*}" || command -v "${program#*:}")" "$work/programs/${program%:*}"
  done
}

# Replaces this shell by a command in the root of a container: this machine's programs and /app, all of it read-only.
enter() { # COMMAND…
  local place
  mount -t tmpfs -o mode=755 tmpfs "$root"
  for place in usr bin lib lib64 etc proc dev; do
    [ ! -e "/$place" ] || { mkdir "$root/$place" && mount --rbind "/$place" "$root/$place"; }
  done
  mount --bind "$work/hosts" "$root/etc/hosts"
  mkdir -p "$root/app" "$root/programs" "$root/run/secrets" "$root$JAVA_HOME"
  mount --bind "$work/programs" "$root/programs"
  mount --bind "$JAVA_HOME" "$root$JAVA_HOME"
  if [ -n "$built" ]; then mount --bind "$(dirname "$(realpath "$jar")")" "$root/app"; fi
  for place in usr etc programs app; do mount -o remount,bind,ro "$root/$place" 2>/dev/null || true; done
  for place in "${volumes[@]}"; do
    mkdir -p "$root$place" "$work/volumes/$service" && mount --bind "$work/volumes/$service" "$root$place"
  done
  for place in "${tmpfs[@]}"; do
    mkdir -p "$root$place" && mount -t tmpfs -o noexec,nosuid,nodev,mode=1777 tmpfs "$root$place"
  done
  for place in "${secrets[@]}"; do install -m 444 "$work/$place" "$root/run/secrets/$place"; done
  for ((place = 0; place < ${#configs[@]}; place += 2)); do
    mkdir -p "$root$(dirname "${configs[place]}")"
    printf '%s' "${configs[place + 1]}" >"$root${configs[place]}"
  done
  mkdir -p "$root$directory"
  [ -z "$read_only" ] || mount -o remount,ro "$root"
  local few=()
  [ "${cap_drop[*]}" != ALL ] || few=(--bounding-set=-all --no-new-privs)
  exec chroot "$root" setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups "${few[@]}" \
    env -i -C "$directory" "PATH=/programs:$JAVA_HOME/bin:/usr/bin:/bin" "${environment[@]}" "$@"
}

# As `docker run`: in the service's own network and a root of its own, until the command ends. Options go to its own command.
contained() { # SERVICE [COMMAND…]
  local service=$1 command environment health tmpfs volumes secrets configs cap_drop built user directory read_only
  shift
  describe "$service"
  [ -z "$built" ] || environment+=("${measured[@]}")
  case ${1-} in '' | --*) set -- "${command[@]}" "$@" ;; esac
  # What valkey's image is compiled with: it may be reached from other machines.
  [ "$1" != valkey-server ] || set -- "$@" --protected-mode no
  export -f enter
  export root work JAVA_HOME jar service built user directory read_only
  exec ip netns exec "afterimage-$service" unshare --mount --propagation private bash -c "
    set -e
    $(declare -p environment tmpfs volumes secrets configs cap_drop)
    enter \"\$@\"" bash "$@"
}

start_service() { # SERVICE
  launch "$1" contained "$1"
  await_healthy "$1"
}

# Until the health check of compose.yaml or the Dockerfile passes, asked inside of what runs.
await_healthy() { # SERVICE
  local command environment health tmpfs volumes secrets configs cap_drop built user directory read_only
  describe "$1"
  [ ${#health[@]} -gt 0 ] || return 0
  for _ in $(seq 120); do
    nsenter --target "${pid[$1]}" --mount --net --root --wd setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups \
      env -i "PATH=/programs:$JAVA_HOME/bin:/usr/bin:/bin" "${health[@]}" >>"$work/$1.health.log" 2>&1 && return
    kill -0 "${pid[$1]}" 2>/dev/null || break
    sleep 0.5
  done
  echo "$1 does not become healthy. Its log:" >&2
  cat "$work/$1.log" "$work/$1.health.log" >&2
  exit 1
}

# S3Proxy with MinIO's address and keys; its bucket is there from the start, which is all that the service bucket does.
start_store() {
  local command environment health tmpfs volumes secrets configs cap_drop built user directory read_only
  describe minio
  [ ../../../target/test.classpath -nt ../../../pom.xml ] ||
    (cd ../../.. && ./mvnw -B -ntp -q dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/test.classpath)
  # shellcheck disable=SC2016 # The inner shell knows these.
  launch minio ip netns exec afterimage-minio env "${environment[@]}" bash -c 'exec "$@" "$MINIO_ROOT_USER" "$MINIO_ROOT_PASSWORD"' \
    bash "$JAVA_HOME/bin/java" -Xmx1g -XX:+UseSerialGC \
    -cp "../../../target/test-classes:../../../target/classes:$(cat ../../../target/test.classpath)" \
    dev.afterimage.testing.S3Server 9000 0.0.0.0
  until curl -s -o /dev/null "${address[minio]}:9000"; do
    kill -0 "${pid[minio]}" || { cat "$work/minio.log" >&2 && exit 1; }
    sleep 0.2
  done
}
