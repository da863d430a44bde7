#!/usr/bin/env bash
# A warm hit of the AWS entry beside the usual Node function, on one Redis, by turns in one run: from handing the event out to the
# arrival of the answer. Ours is function.zip, run by AWS' own Runtime Interface Client on this machine's JDK.
#
#   ./mvnw package -Plambda -DskipTests && src/bench/lambda/lambda.sh
#   JAVA_OPTIONS=… src/bench/lambda/lambda.sh      what else the JVM is told
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../fleet"
# shellcheck source=src/bench/fleet/parts.sh
. ./parts.sh
# shellcheck source=src/bench/peer/peer.sh
. ../peer/peer.sh
readonly root=../../.. zip=../../../target/lambda/function.zip our_api=9001 peer_api=9002 s3_port=9003
[ -f "$zip" ] || { echo "Build it first: ./mvnw package -Plambda -DskipTests" >&2; exit 1; }
install_peer
cp ../lambda/*.mjs "$peer"

# What AWS brings along: its client, which the tests use too.
client="$work/client"
"$root/mvnw" -q -B -ntp -f "$root/pom.xml" -Plambda dependency:copy-dependencies -DoutputDirectory="$client" \
  -DincludeArtifactIds=aws-lambda-java-runtime-interface-client,aws-lambda-java-core,aws-lambda-java-serialization,utils-lite
mkdir "$work/task"
(cd "$work/task" && "$JAVA_HOME/bin/jar" xf "$OLDPWD/$zip")

start_function() {
  local options handler=io.quarkus.amazon.lambda.runtime.QuarkusStreamHandler::handleRequest
  read -ra options <<<"${JAVA_OPTIONS-}"
  cd "$work/task"
  launch ours env AWS_LAMBDA_RUNTIME_API=127.0.0.1:$our_api AWS_LAMBDA_FUNCTION_NAME=afterimage \
    AWS_LAMBDA_FUNCTION_VERSION="\$LATEST" AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512 AWS_REGION=us-east-1 \
    AWS_LAMBDA_LOG_GROUP_NAME=afterimage AWS_LAMBDA_LOG_STREAM_NAME=bench LAMBDA_TASK_ROOT="$work/task" _HANDLER=$handler \
    "$JAVA_HOME/bin/java" -Xmx400m "${options[@]}" -cp "$client/*" \
    com.amazonaws.services.lambda.runtime.api.client.AWSLambda $handler
  cd "$OLDPWD"
}

start_redis
# A function has no disk that stays, so its images lie in S3. What a warm hit never asks is named and not there.
start_s3 "$root/target/lambda" $s3_port lambda
AFTERIMAGE_DELIVERY_PRIVATE_KEY=$(openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null)
export AFTERIMAGE_BACKEND=aws AFTERIMAGE_DELIVERY_PRIVATE_KEY
export AFTERIMAGE_SQS_{INTERACTIVE,BULK,DEAD_LETTER}_QUEUE_URL=http://127.0.0.1:1/none
start_provider
provider_allows 1000 1000 0
export AFTERIMAGE_PROVIDER_RATE=1000 AFTERIMAGE_DELIVERY_BASE_URL=https://img.example.com
node "$peer/measure.mjs" $our_api $peer_api &
measuring=$!
until curl -s -o /dev/null localhost:$peer_api; do sleep 0.1; done
start_function
launch peer env AWS_LAMBDA_RUNTIME_API=127.0.0.1:$peer_api REDIS_PORT="$redis_port" node "$peer/runtime.mjs"
wait $measuring || { tail -n 40 "$work"/ours.log "$work"/peer.log >&2; exit 1; }
# In peace, so that a recording (JAVA_OPTIONS=-XX:StartFlightRecording=…) is written.
stop ours

# A new instance: the URLs of this window are kept beside the entries; those of another length of window nobody has signed.
first_hits() {
  node "$peer/first.mjs" $our_api "$1" &
  measuring=$!
  until curl -s -o /dev/null localhost:$our_api; do sleep 0.1; done
  start_function
  wait $measuring || { tail -n 40 "$work"/ours.log >&2; exit 1; }
  stop ours
}
first_hits 'URL signed by another instance'
AFTERIMAGE_DELIVERY_URL_TTL=5h first_hits 'signed at its first hit'
