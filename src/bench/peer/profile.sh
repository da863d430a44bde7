#!/usr/bin/env bash
# What a hit costs: processor time and bytes, and where both go (JDK Flight Recorder). The recording stays in
# target/peer/hits.jfr, for JDK Mission Control.
#
#   ./mvnw package -DskipTests && src/bench/peer/profile.sh
#   JAR=former/quarkus-app/quarkus-run.jar src/bench/peer/profile.sh     another build
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../fleet"
# shellcheck source=src/bench/fleet/parts.sh
. ./parts.sh
peer=../../../target/peer
mkdir -p $peer
cp ../peer/package.json ../peer/*.mjs $peer/
npm install --prefix $peer --silent --no-audit --no-fund

start_redis
start_provider
provider_allows 1000 1000 0
export AFTERIMAGE_INDEX=redis AFTERIMAGE_FLEET=redis AFTERIMAGE_PROVIDER_RATE=1000 AFTERIMAGE_DELIVERY_BASE_URL=https://img.example.com
# Stacks through Vert.x and Quarkus REST are deeper than the default of 64, and outside safepoints they say the true line.
export JAVA_TOOL_OPTIONS='-XX:FlightRecorderOptions=stackdepth=256 -XX:+UnlockDiagnosticVMOptions -XX:+DebugNonSafepoints'
start_instances 8081
unset JAVA_TOOL_OPTIONS

hits() { node $peer/steady.mjs http://127.0.0.1:8081/v1/images "$1" 16; }
recording() { "$JAVA_HOME/bin/jcmd" "${pid[8081]}" "$@" >/dev/null; }
# In user and system mode so far, all threads, garbage collector and compiler included.
cpu_micros() { awk -v ticks="$(getconf CLK_TCK)" '{ printf "%.0f", ($14 + $15) * 1000000 / ticks }' "/proc/${pid[8081]}/stat"; }

hits 20 >/dev/null # warms the service
before=$(cpu_micros)
count=$(hits 20)
echo "$((($(cpu_micros) - before) / count)) µs of processor a hit ($count hits in 20 s)"

recording JFR.start name=hits settings=profile jdk.ObjectAllocationSample#throttle=3000/s
count=$(hits 20)
recording JFR.stop name=hits filename="$(realpath $peer)/hits.jfr"
"$JAVA_HOME/bin/java" ../java/dev/afterimage/profile/HitProfile.java $peer/hits.jfr "$count"
