#!/usr/bin/env bash
# What a start of a function is spent on, from its spawning to its first poll: parts in milliseconds of processor time, the mean of
# some starts on the JVM. What an event then needs is not in it. Needs JDK 25 on Linux (JFR's CPU-time sampler); no Redis, no AWS.
#
#   ./mvnw package -Plambda -DskipTests && src/bench/lambda/start.sh [api|worker|planner]
#   RUNS=40 src/bench/lambda/start.sh          more of them
#   ZIP=… src/bench/lambda/start.sh            another build's function.zip
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=src/bench/java-home.sh
. ../java-home.sh
readonly root=../../.. function=${1:-api}
zip=$(realpath "${ZIP:-$root/target/lambda/function.zip}")
[ -f "$zip" ] || { echo "Build it first: ./mvnw package -Plambda -DskipTests" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What AWS brings along: its client, which the tests use too.
"$root/mvnw" -q -B -ntp -f "$root/pom.xml" -Plambda dependency:copy-dependencies -DoutputDirectory="$work/client" \
  -DincludeArtifactIds=aws-lambda-java-runtime-interface-client,aws-lambda-java-core,aws-lambda-java-serialization,utils-lite
mkdir "$work/task"
(cd "$work/task" && "$JAVA_HOME/bin/jar" xf "$zip")
[ -d "$work/task/lib" ] || { echo "$zip is not for the JVM: ./mvnw package -Plambda -DskipTests" >&2; exit 1; }

# As template.yaml sets the functions up.
export AFTERIMAGE_BACKEND=aws AFTERIMAGE_PROVIDER_KIND=json AFTERIMAGE_PROVIDER_URL=https://api.example.com/render \
  AFTERIMAGE_PROVIDER_RATE=10 AFTERIMAGE_PROVIDER_RATE_WINDOW=1s AFTERIMAGE_PROVIDER_TIMEOUT=25s \
  AFTERIMAGE_PROVIDER_BULK_SHARE=0.8 AFTERIMAGE_CACHE_TTL=24h AFTERIMAGE_CACHE_STALE_TTL=7d AFTERIMAGE_S3_BUCKET=images \
  AFTERIMAGE_SQS_INTERACTIVE_QUEUE_URL=https://sqs.us-east-1.amazonaws.com/1/interactive \
  AFTERIMAGE_SQS_BULK_QUEUE_URL=https://sqs.us-east-1.amazonaws.com/1/bulk \
  AFTERIMAGE_SQS_DEAD_LETTER_QUEUE_URL=https://sqs.us-east-1.amazonaws.com/1/dead \
  AFTERIMAGE_METRICS_NAMESPACE=Afterimage QUARKUS_REDIS_HOSTS=redis://localhost:6379 QUARKUS_REDIS_PASSWORD=secret \
  QUARKUS_LOG_CONSOLE_JSON_ENABLED=true DISABLE_SIGNAL_HANDLERS=true
case $function in
  api)
    export AFTERIMAGE_PROVIDER_API_KEY_SECRET=arn:aws:secretsmanager:us-east-1:1:secret:key \
      AFTERIMAGE_DELIVERY_BASE_URL=https://img.example.com AFTERIMAGE_DELIVERY_URL_TTL=1h \
      AFTERIMAGE_DELIVERY_PRIVATE_KEY_SECRET=arn:aws:secretsmanager:us-east-1:1:secret:signer
    ;;
  worker)
    export AFTERIMAGE_PROVIDER_API_KEY_SECRET=arn:aws:secretsmanager:us-east-1:1:secret:key \
      AFTERIMAGE_PREGENERATION_CONCURRENCY=5 AFTERIMAGE_PREGENERATION_VISIBILITY_TIMEOUT=720s
    ;;
  planner)
    export AFTERIMAGE_PREGENERATION_CATALOGUES_DAILY_SOURCE=s3://images/catalogue.csv
    ;;
  *)
    echo "'$function' is no function; say api, worker or planner." >&2
    exit 1
    ;;
esac
"$JAVA_HOME/bin/java" StartProfile.java "$work" "${RUNS:-20}"
