#!/usr/bin/env bash
# A catalogue through queues in the SQS protocol (ElasticMQ as a process), two instances on one Redis, at a provider that allows
# 200 calls a second: with jobs delivered twice on purpose, an instance killed half-way, and jobs that cannot be done until
# their cause is gone, which end on the dead-letter queue and are redriven as infra/README.md says.
#
#   ./mvnw package -DskipTests && src/bench/fleet/sqs.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=src/bench/fleet/parts.sh
. ./parts.sh
readonly rows=${ROWS:-10000} poisoned=3 doubled=500 sqs_port=9324
readonly sqs=http://localhost:$sqs_port ports=(8081 8082)
export AFTERIMAGE_INDEX=redis AFTERIMAGE_FLEET=redis AFTERIMAGE_QUEUE=sqs
export AFTERIMAGE_PROVIDER_RATE=200 AFTERIMAGE_PROVIDER_BULK_SHARE=1 AFTERIMAGE_PREGENERATION_CONCURRENCY=100
# A killed instance's jobs come back after the first; a failed one is tried again after the third, three times in all.
export AFTERIMAGE_PREGENERATION_VISIBILITY_TIMEOUT=20s AFTERIMAGE_PREGENERATION_PATIENCE=15s
export AFTERIMAGE_PREGENERATION_BACK_OFF=1s AFTERIMAGE_PREGENERATION_MAX_ATTEMPTS=3
export QUARKUS_SQS_ENDPOINT_OVERRIDE=$sqs AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_REGION=us-east-1

sqs() { # ACTION JSON
  curl -sf "$sqs/" -H "X-Amz-Target: AmazonSQS.$1" -H 'Content-Type: application/x-amz-json-1.0' -d "$2"
}

queue() { # NAME [ATTRIBUTES]
  sqs CreateQueue "{\"QueueName\":\"$1\",\"Attributes\":{${2-}}}" | node -pe 'JSON.parse(fs.readFileSync(0)).QueueUrl'
}

start_sqs() {
  (cd ../../.. && ./mvnw -B -ntp -q dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/test.classpath)
  launch sqs "$JAVA_HOME/bin/java" -Xmx1g -XX:+UseSerialGC -cp "../../../target/test-classes:$(cat ../../../target/test.classpath)" \
    dev.afterimage.testing.SqsServer $sqs_port
  until sqs ListQueues '{}' >/dev/null; do sleep 0.2; done
  AFTERIMAGE_SQS_DEAD_LETTER_QUEUE_URL=$(queue dead-letters)
  local redrive='"RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:000000000000:dead-letters\",\"maxReceiveCount\":50}"'
  AFTERIMAGE_SQS_INTERACTIVE_QUEUE_URL=$(queue interactive "$redrive")
  AFTERIMAGE_SQS_BULK_QUEUE_URL=$(queue bulk "$redrive")
  export AFTERIMAGE_SQS_DEAD_LETTER_QUEUE_URL AFTERIMAGE_SQS_INTERACTIVE_QUEUE_URL AFTERIMAGE_SQS_BULK_QUEUE_URL
}

batch() { curl -s "localhost:${ports[1]}/v1/batches/$id"; }
count() { batch | node -pe "(b => $1)(JSON.parse(fs.readFileSync(0)))"; }

until_count() { # EXPRESSION NUMBER
  for _ in $(seq 1500); do
    [ "$(count "$1")" -lt "$2" ] || return 0
    sleep 0.2
  done
  echo "Not $2 ended:" >&2
  batch >&2
  exit 1
}

show() {
  batch | node -pe '(({ failures, ...b }) => JSON.stringify({ ...b, failures: failures.slice(0, 1) }))(JSON.parse(fs.readFileSync(0)))'
  provider_saw
}

awk -v rows="$rows" -v poisoned=$poisoned 'BEGIN { print "title"; for (i = 1; i <= rows; i++)
  printf "%s %d\n", (i <= poisoned ? "Poison" : "Title"), i }' >"$work/cards.csv"
start_redis
start_sqs
start_provider
provider_allows 200 1000 150
curl -s -o /dev/null "localhost:$provider_port/fault?kind=unavailable&only=Poison"
start_instances "${ports[@]}"

echo "== $rows new images, of which $poisoned cannot be made; $doubled jobs are put on the queue once more"
id=$(curl -s "localhost:${ports[0]}/v1/batches?template=card" -H 'Content-Type: text/csv' --data-binary "@$work/cards.csv" |
  node -pe 'JSON.parse(fs.readFileSync(0)).id')
node double.mjs "$sqs" "$AFTERIMAGE_SQS_BULK_QUEUE_URL" $doubled
until_count 'b.done + b.failed' $((rows / 2))
echo "== one of two instances killed half-way, and started again"
stop "${ports[0]}" KILL
start_instances "${ports[0]}"
until_count 'b.done + b.failed' "$rows"
show

echo "== what is on the dead-letter queue"
sqs ReceiveMessage "{\"QueueUrl\":\"$AFTERIMAGE_SQS_DEAD_LETTER_QUEUE_URL\",\"MaxNumberOfMessages\":10,\"VisibilityTimeout\":1,\"MessageAttributeNames\":[\"All\"]}" |
  node -pe 'JSON.parse(fs.readFileSync(0)).Messages.map((m) => m.MessageAttributes.reason.StringValue).join("\n")'

echo "== the cause is gone, and they are redriven"
curl -s -o /dev/null "localhost:$provider_port/fault?kind=image"
sleep 1
sqs StartMessageMoveTask '{"SourceArn":"arn:aws:sqs:us-east-1:000000000000:dead-letters","DestinationArn":"arn:aws:sqs:us-east-1:000000000000:bulk"}'
echo
until_count 'b.done' "$rows"
show
