#!/usr/bin/env bash
# Builds dist/function.zip, the native binary that template.yaml deploys: ./native-build.sh [arm64|x86_64]
#
# Without an argument it builds for this machine's own processor. A GraalVM or Mandrel for JDK 25 that is installed here
# is used (GRAALVM_HOME, then JAVA_HOME, then PATH), if this machine is Linux of the wanted architecture; else Docker or
# Podman and the pinned builder image (NATIVE_BUILD=container goes there at once, NATIVE_BUILDER_IMAGE names another one).
# It takes some minutes, and about 8 GB of memory.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly builder_image=${NATIVE_BUILDER_IMAGE:-quay.io/quarkus/ubi9-quarkus-mandrel-builder-image:25.0.3.0-Final-java25}
readonly jdk=25
# The version of the C library in Lambda's provided.al2023.
readonly newest_glibc=2.34

fail() {
  printf 'native-build.sh: %s\n' "$@" >&2
  exit 1
}

# architecture_of NAME: the name that Lambda uses for it.
architecture_of() {
  case $1 in
    arm64 | aarch64) echo arm64 ;;
    x86_64 | amd64) echo x86_64 ;;
    *) fail "'$1' is not an architecture of Lambda; say arm64 or x86_64." ;;
  esac
}

# local_graalvm: the home of a native-image for the JDK, or nothing.
local_graalvm() {
  local home tool
  tool=$(command -v native-image || true)
  for home in "${GRAALVM_HOME:-}" "${JAVA_HOME:-}" "${tool%/bin/native-image}"; do
    if [[ -n $home && -x $home/bin/native-image ]] && "$home/bin/native-image" --version | grep -q "^native-image ${jdk}[. ]"; then
      echo "$home"
      return
    fi
  done
}

# container_runtime: docker or podman, whichever answers; or nothing.
container_runtime() {
  local runtime
  for runtime in docker podman; do
    if command -v "$runtime" >/dev/null && "$runtime" info >/dev/null 2>&1; then
      echo "$runtime"
      return
    fi
  done
}

# check_glibc FILE: fails when FILE needs a newer C library than Lambda has.
check_glibc() {
  local wanted
  wanted=$(grep -ao 'GLIBC_2\.[0-9]*' "$1" | sort -uV | tail -n 1)
  wanted=${wanted#GLIBC_}
  if [[ $(printf '%s\n' "$newest_glibc" "${wanted:-0}" | sort -V | tail -n 1) != "$newest_glibc" ]]; then
    fail "this machine's C library is too new: the binary wants glibc $wanted, Lambda has $newest_glibc." \
      "Build in a container instead: NATIVE_BUILD=container ./native-build.sh $target"
  fi
}

host=$(architecture_of "$(uname -m)")
target=$(architecture_of "${1:-$host}")
graalvm=$([[ ${NATIVE_BUILD:-} == container ]] || local_graalvm)
# Without the demo provider, so that AWT is not in the binary.
arguments=(-B -ntp package "-Plambda,native" -DskipTests -Dafterimage.demo.included=false)

if [[ -n $graalvm && $(uname -s) == Linux && $target == "$host" ]]; then
  echo "Building for $target with $graalvm"
  export GRAALVM_HOME=$graalvm
else
  runtime=$(container_runtime)
  [[ -n $runtime ]] || fail \
    "a native binary for Linux on $target needs one of these, and neither is here:" \
    "- GraalVM or Mandrel for JDK $jdk on a Linux machine of that architecture; set GRAALVM_HOME to it, or" \
    "- Docker or Podman, running; it then pulls $builder_image" \
    "Without either, let a CI machine of that architecture run this script and take its dist/function.zip."
  echo "Building for $target with $runtime and $builder_image"
  [[ $target == "$host" ]] || echo "That isn't this machine's architecture: the container is emulated (QEMU), and slow."
  arguments+=(
    -Dquarkus.native.container-build=true
    "-Dquarkus.native.container-runtime=$runtime"
    "-Dquarkus.native.container-runtime-options=--platform=linux/${target/x86_64/amd64}"
    "-Dquarkus.native.builder-image=$builder_image"
  )
fi

started=$SECONDS
./mvnw "${arguments[@]}"
[[ -f target/lambda/function.zip ]] || fail "Maven ended well, but there is no target/lambda/function.zip."
binary=(target/lambda/*-runner)
[[ -x ${binary[0]} ]] || fail "Maven ended well, but built no native binary."
check_glibc "${binary[0]}"

# A directory of its own, because ./mvnw verify -Plambda leaves a function.zip for the JVM, which Lambda could not start.
mkdir -p dist
cp target/lambda/function.zip dist/function.zip

size() { echo "$(($(wc -c <"$1") / 1000000)) MB"; }
echo
echo "dist/function.zip: $(size dist/function.zip), binary $(size "${binary[0]}"), built in $((SECONDS - started)) s"
echo "Deploy it with Architecture=$target"
