package dev.afterimage.simulation;

import dev.afterimage.simulation.Faults.Port;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.SqsServiceClientConfiguration;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageResponse;
import software.amazon.awssdk.services.sqs.model.GetQueueAttributesRequest;
import software.amazon.awssdk.services.sqs.model.GetQueueAttributesResponse;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageNotInflightException;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResultEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/**
 * The three standard SQS queues of the fleet, which the service uses through its own adapter: visibility time-outs, delays,
 * receive counts, messages that are delivered twice, and a redrive policy that moves what was received too often.
 */
final class SimulatedQueues {

    static final String INTERACTIVE = "interactive";
    static final String BULK = "bulk";
    static final String DEAD = "dead";

    /** As in the deployment's template. */
    private static final int MAX_RECEIVE_COUNT = 10;

    /** A message on a queue. */
    static final class Sent {
        final String body;
        final Map<String, MessageAttributeValue> attributes;
        /** When the queue accepted it, in nanoseconds of the simulation. */
        final long at;

        private long visibleAt;
        private int received;
        private String receipt = "";

        private Sent(String body, Map<String, MessageAttributeValue> attributes, long at, long visibleAt) {
            this.at = at;
            this.body = body;
            this.attributes = attributes;
            this.visibleAt = visibleAt;
        }

        @Nullable String attribute(String name) {
            MessageAttributeValue value = attributes.get(name);
            return value == null ? null : value.stringValue();
        }
    }

    private static final class Queue {
        private final List<Sent> messages = new ArrayList<>();
        private final List<CountDownLatch> waiting = new ArrayList<>();
    }

    private final Simulation world;
    private final Map<String, Queue> queues = new LinkedHashMap<>();
    private final List<Sent> accepted = new ArrayList<>();
    private boolean down;
    private double failures;
    private double deliversTwice;
    private int deliveredTwice;
    private long receipts;

    SimulatedQueues(Simulation world) {
        this.world = world;
        for (String name : List.of(INTERACTIVE, BULK, DEAD)) {
            queues.put(name, new Queue());
        }
    }

    void down(boolean isDown) {
        down = isDown;
    }

    void failures(double chance) {
        failures = chance;
    }

    /** Sets the chance, from 0 to 1, that a message that is handed out stays visible to others. */
    void deliversTwice(double chance) {
        deliversTwice = chance;
    }

    int deliveredTwice() {
        return deliveredTwice;
    }

    List<Sent> on(String queue) {
        return List.copyOf(queue(queue).messages);
    }

    boolean isEmpty() {
        return queue(INTERACTIVE).messages.isEmpty() && queue(BULK).messages.isEmpty();
    }

    /** Every message that the queues ever accepted, without the dead letters. */
    List<Sent> accepted() {
        return accepted;
    }

    private Queue queue(String name) {
        return java.util.Objects.requireNonNull(queues.get(name), name);
    }

    SqsClient client(SimulatedMachine machine, Faults faults) {
        return new Client(machine, faults);
    }

    private void put(String name, String body, Map<String, MessageAttributeValue> attributes, @Nullable Integer delay) {
        long wait = Duration.ofSeconds(delay == null ? 0 : delay).toNanos();
        Queue queue = queue(name);
        Sent sent = new Sent(body, new HashMap<>(attributes), world.now(), world.now() + wait);
        queue.messages.add(sent);
        if (!name.equals(DEAD)) {
            accepted.add(sent);
        } else {
            world.tell("dead letter: %s", String.valueOf(sent.attribute("reason")));
        }
        List<CountDownLatch> woken = List.copyOf(queue.waiting);
        queue.waiting.clear();
        woken.forEach(CountDownLatch::countDown);
    }

    private List<Message> take(String name, int most, int visibilitySeconds) {
        List<Message> taken = new ArrayList<>();
        Queue queue = queue(name);
        for (Sent sent : List.copyOf(queue.messages)) {
            if (taken.size() >= most) {
                break;
            }
            if (sent.visibleAt > world.now()) {
                continue;
            }
            if (!name.equals(DEAD) && sent.received >= MAX_RECEIVE_COUNT) {
                queue.messages.remove(sent);
                put(DEAD, sent.body, sent.attributes, null);
                continue;
            }
            sent.received++;
            sent.receipt = "r" + receipts++;
            boolean twice = deliversTwice > 0 && world.chance().nextDouble() < deliversTwice;
            if (twice) {
                deliveredTwice++;
                sent.visibleAt = world.now() + world.chance().nextLong(5_000_000_000L);
            } else {
                sent.visibleAt =
                        world.now() + Duration.ofSeconds(visibilitySeconds).toNanos();
            }
            taken.add(Message.builder()
                    .body(sent.body)
                    .receiptHandle(sent.receipt)
                    .messageAttributes(sent.attributes)
                    .attributes(Map.of(
                            MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, Integer.toString(sent.received)))
                    .build());
        }
        return taken;
    }

    private @Nullable Sent held(String name, String receipt) {
        return queue(name).messages.stream()
                .filter(sent -> sent.receipt.equals(receipt))
                .findFirst()
                .orElse(null);
    }

    /** The next moment at which a message becomes visible. */
    private long nextVisible(String name) {
        return queue(name).messages.stream()
                .mapToLong(sent -> sent.visibleAt)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** The part of a call that the server does. */
    private interface Work<T> {
        T done();
    }

    private final class Client implements SqsClient {

        private final SimulatedMachine machine;
        private final Faults faults;

        private Client(SimulatedMachine machine, Faults faults) {
            this.machine = machine;
            this.faults = faults;
        }

        private <T> T call(Work<T> work) {
            return call(Port.QUEUE, work);
        }

        private <T> T call(Port port, Work<T> work) {
            faults.crossing(port, machine, false);
            travel();
            if (down) {
                throw SdkClientException.create("simulated: no answer");
            }
            boolean fails = failures > 0 && world.chance().nextDouble() < failures;
            if (fails && world.chance().nextBoolean()) {
                throw SdkClientException.create("simulated: refused");
            }
            T answer = work.done();
            faults.crossing(port, machine, true);
            travel();
            if (fails) {
                throw SdkClientException.create("simulated: the answer was lost");
            }
            return answer;
        }

        private void travel() {
            machine.travel(Duration.ofMillis(2 + world.chance().nextInt(10)));
        }

        @Override
        public SendMessageBatchResponse sendMessageBatch(SendMessageBatchRequest request) {
            return call(Port.QUEUE_SEND, () -> {
                request.entries()
                        .forEach(entry -> put(
                                request.queueUrl(),
                                entry.messageBody(),
                                entry.messageAttributes(),
                                entry.delaySeconds()));
                return SendMessageBatchResponse.builder()
                        .successful(request.entries().stream()
                                .map(entry -> SendMessageBatchResultEntry.builder()
                                        .id(entry.id())
                                        .build())
                                .toList())
                        .build();
            });
        }

        @Override
        public SendMessageResponse sendMessage(SendMessageRequest request) {
            return call(Port.QUEUE_SEND, () -> {
                put(request.queueUrl(), request.messageBody(), request.messageAttributes(), request.delaySeconds());
                return SendMessageResponse.builder().build();
            });
        }

        @Override
        public SqsServiceClientConfiguration serviceClientConfiguration() {
            return SqsServiceClientConfiguration.builder()
                    .overrideConfiguration(ClientOverrideConfiguration.builder().build())
                    .build();
        }

        @Override
        public ReceiveMessageResponse receiveMessage(ReceiveMessageRequest request) {
            int wait = request.waitTimeSeconds() == null ? 0 : request.waitTimeSeconds();
            long end = world.now() + Duration.ofSeconds(wait).toNanos();
            while (nextVisible(request.queueUrl()) > world.now() && world.now() < end && !down) {
                CountDownLatch sent = new CountDownLatch(1);
                queue(request.queueUrl()).waiting.add(sent);
                long until = Math.min(end, nextVisible(request.queueUrl()));
                machine.travel(sent, Duration.ofNanos(until - world.now()));
                queue(request.queueUrl()).waiting.remove(sent);
            }
            return call(() -> ReceiveMessageResponse.builder()
                    .messages(take(request.queueUrl(), request.maxNumberOfMessages(), request.visibilityTimeout()))
                    .build());
        }

        @Override
        public DeleteMessageResponse deleteMessage(DeleteMessageRequest request) {
            return call(() -> {
                Sent sent = held(request.queueUrl(), request.receiptHandle());
                if (sent != null) {
                    queue(request.queueUrl()).messages.remove(sent);
                }
                return DeleteMessageResponse.builder().build();
            });
        }

        @Override
        public ChangeMessageVisibilityResponse changeMessageVisibility(ChangeMessageVisibilityRequest request) {
            return call(() -> {
                Sent sent = held(request.queueUrl(), request.receiptHandle());
                if (sent == null) {
                    throw MessageNotInflightException.builder().build();
                }
                sent.visibleAt = world.now()
                        + Duration.ofSeconds(request.visibilityTimeout()).toNanos();
                return ChangeMessageVisibilityResponse.builder().build();
            });
        }

        @Override
        public GetQueueAttributesResponse getQueueAttributes(GetQueueAttributesRequest request) {
            return call(() -> GetQueueAttributesResponse.builder()
                    .attributes(Map.of(
                            QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                            Integer.toString(queue(request.queueUrl()).messages.size())))
                    .build());
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }
}
