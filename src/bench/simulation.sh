#!/usr/bin/env bash
# Runs the simulated fleet: any number of seeds, on all processors. Each violated law is printed with its seed, which repeats
# the run exactly; --story tells what happens in one run, step by step.
#   src/bench/simulation.sh --seeds 100000 --from 1
#   src/bench/simulation.sh --story 4711
set -euo pipefail
cd "$(dirname "$0")/../.."
source src/bench/java-home.sh
./mvnw -q test-compile dependency:build-classpath -Dmdep.outputFile=target/simulation-classpath
exec "$JAVA_HOME/bin/java" --add-opens java.base/java.lang=ALL-UNNAMED -Djdk.trackAllThreads=false \
    -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
    -cp "target/test-classes:target/classes:$(cat target/simulation-classpath)" \
    dev.afterimage.simulation.FleetRuns "$@"
