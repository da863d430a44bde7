package dev.afterimage.simulation;

import dev.afterimage.generation.Attempt;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.image.GeneratedImage;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.ImageRequest;
import dev.afterimage.provider.ProviderAnswers;
import dev.afterimage.simulation.Faults.Port;
import dev.afterimage.testing.SampleImages;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The image API. It counts by its own clock what arrives, refuses what is too much, and keeps books of every call that no
 * process of the fleet can see. Every image names the call that made it.
 */
final class SimulatedProvider {

    /** How the provider, or the network to it, treats one call. */
    enum Behaviour {
        IMAGE(true),
        SLOW_IMAGE(true),
        /** The image comes after the client has given up. */
        LATE(true),
        NEVER(true),
        GARBAGE(true),
        HALF_AN_IMAGE(true),
        ERROR_500(true),
        ERROR_502(true),
        ERROR_504(true),
        CONNECTION_BREAKS(true),
        THROTTLED(false),
        THROTTLED_WITHOUT_A_WAIT(false),
        DOWN_503(false),
        REFUSED_CONNECTION(false),
        REJECTED(false),
        KEY_REFUSED(false),
        OUT_OF_CREDITS(false);

        private final boolean mayBill;

        Behaviour(boolean mayBill) {
            this.mayBill = mayBill;
        }
    }

    /** One line of the books. All times are those of the simulation, in nanoseconds; -1 for never. */
    static final class Call {
        final int number;
        final ImageKey key;
        final int image;
        final SimulatedMachine caller;
        final String account;
        final String lane;
        final int freezesBefore;
        /** Whether the process has asked for the receipt, which is written before the call leaves. */
        boolean askedForReceipt;

        long departed = -1;
        long arrived = -1;
        /** Since when the call no longer counts as in flight. */
        long ended = Long.MAX_VALUE;

        Behaviour behaviour = Behaviour.IMAGE;
        boolean billed;
        boolean isImage;
        boolean tooMany;
        /** When the caller's process got an answer, whatever it was. */
        long delivered = -1;

        boolean givenUp;
        /** Until when the call's answer asked to wait. */
        long waitUntil = -1;

        private Call(int number, ImageKey key, int image, SimulatedMachine caller, String account, String lane) {
            this.number = number;
            this.key = key;
            this.image = image;
            this.caller = caller;
            this.account = account;
            this.lane = lane;
            this.freezesBefore = caller.freezes();
        }

        boolean isInFlight(long now) {
            return arrived >= 0 && arrived <= now && now < ended;
        }

        /** Whether the process that made it knows that it was not billed. */
        boolean isKnownNotBilled() {
            return !billed && delivered >= 0 && !behaviour.mayBill;
        }

        @Override
        public String toString() {
            return "call %d for image %d by m%d with %s (%s, %s, billed: %s, arrived %.3f s, ended %s, answered %s)"
                    .formatted(
                            number,
                            image,
                            caller.id(),
                            account,
                            lane,
                            behaviour,
                            billed,
                            arrived / 1e9,
                            ended == Long.MAX_VALUE ? "never" : "%.3f s".formatted(ended / 1e9),
                            delivered < 0 ? "never" : "%.3f s".formatted(delivered / 1e9));
        }
    }

    private record Answer(int status, Map<String, String> headers, byte[] body) {}

    private static final Pattern IMAGE_NUMBER = Pattern.compile("\"n\":(\\d+)");
    private static final Pattern MADE_BY = Pattern.compile("made by call (\\d+) for image (\\d+)\\.");
    private static final int LONGEST_WAIT = 5;

    private final Simulation world;
    private final int rate;
    private final long window;
    private final int concurrency;
    private final Duration timeout;
    private final Duration connectTimeout;
    private final List<Call> books = new ArrayList<>();
    private final List<Call> arrivals = new ArrayList<>();
    private final Map<Behaviour, Double> moods = new EnumMap<>(Behaviour.class);
    private final Map<Integer, Call> connecting = new java.util.LinkedHashMap<>();
    private Optional<Behaviour> outage = Optional.empty();
    private Faults faults;

    SimulatedProvider(
            Simulation world, int rate, Duration window, int concurrency, Duration timeout, Duration connectTimeout) {
        this.world = world;
        this.rate = rate;
        this.window = window.toNanos();
        this.concurrency = concurrency;
        this.timeout = timeout;
        this.connectTimeout = connectTimeout;
    }

    void use(Faults planned) {
        faults = planned;
    }

    /** Sets the chance, from 0 to 1, with which a call behaves so. */
    void mood(Behaviour behaviour, double chance) {
        moods.put(behaviour, chance);
    }

    void goodMood() {
        moods.clear();
        outage = Optional.empty();
    }

    /** From now on every call behaves so; empty ends that. */
    void outage(Optional<Behaviour> behaviour) {
        outage = behaviour;
    }

    List<Call> books() {
        return books;
    }

    /** The calls that arrived, in the order of their arrival. */
    List<Call> arrivals() {
        return arrivals;
    }

    boolean hasCallsInFlight() {
        return books.stream().anyMatch(call -> call.isInFlight(world.now()));
    }

    /** An image that is being made now. */
    Optional<Integer> imageInFlight() {
        return books.stream()
                .filter(call -> call.isInFlight(world.now()))
                .map(call -> call.image)
                .findFirst();
    }

    boolean hasCallsInFlightOf(SimulatedMachine machine) {
        return books.stream()
                .anyMatch(call -> call.caller == machine
                        && call.departed >= 0
                        && call.delivered < 0
                        && !call.givenUp
                        && call.ended > world.now() - timeout.toNanos());
    }

    /** Whether a call of this machine has its permit and has not left. */
    boolean isAboutToLeave(SimulatedMachine machine) {
        return connecting.values().stream().anyMatch(call -> call.caller == machine);
    }

    /** The number of the call that made the stored image. */
    static Optional<Integer> callOf(SimulatedStore.Stored stored) {
        Matcher mark = MADE_BY.matcher(SimulatedStore.text(stored));
        return mark.find() ? Optional.of(Integer.parseInt(mark.group(1))) : Optional.empty();
    }

    /** The number of the image that the stored bytes show. */
    static Optional<Integer> imageIn(SimulatedStore.Stored stored) {
        Matcher mark = MADE_BY.matcher(SimulatedStore.text(stored));
        return mark.find() ? Optional.of(Integer.parseInt(mark.group(2))) : Optional.empty();
    }

    static int imageOf(ImageRequest request) {
        Matcher number = IMAGE_NUMBER.matcher(request.data().json());
        if (!number.find()) {
            throw new IllegalStateException("no image of the simulation");
        }
        return Integer.parseInt(number.group(1));
    }

    /** The generator through which one process calls this provider, with the steps and failures of the HTTP client. */
    ImageGenerator client(SimulatedMachine machine) {
        return (request, attempt) -> generate(machine, request, attempt);
    }

    private GeneratedImage generate(SimulatedMachine machine, ImageRequest request, Attempt attempt) {
        String name = attempt.order().idempotencyKey();
        Call call = new Call(
                books.size(),
                new ImageKey(name.substring(0, name.indexOf('-'))),
                imageOf(request),
                machine,
                attempt.account(),
                attempt.lane().name());
        books.add(call);
        connecting.put(call.number, call);
        try {
            connect(machine, call);
            call.askedForReceipt = true;
            attempt.departure().now();
        } finally {
            connecting.remove(call.number);
        }
        CompletableFuture<Answer> answering = new CompletableFuture<>();
        call.departed = world.now();
        world.tell("m%d: call %d leaves for image %d", machine.id(), call.number, call.image);
        world.after(Duration.ofNanos(300_000 + chance().nextInt(2_000_000)), () -> arrive(call, answering));
        try {
            attempt.departure().written(machine.machine().clock().instant());
            faults.crossing(Port.PROVIDER, machine, true);
            Answer answer = machine.machine().pause().get(answering, timeout);
            answered(call);
            if (answer.status() == 200) {
                return ProviderAnswers.image(answer.body());
            }
            throw ProviderAnswers.failure(
                    answer.status(), answer.headers(), machine.machine().clock().instant());
        } catch (TimeoutException late) {
            call.givenUp = true;
            throw new OutcomeUnknownException("no whole answer within " + timeout, late);
        } catch (ExecutionException broken) {
            answered(call);
            throw new OutcomeUnknownException("the connection was lost", broken);
        } catch (InterruptedException cancelled) {
            call.givenUp = true;
            Thread.currentThread().interrupt();
            throw new OutcomeUnknownException("cancelled while the answer was awaited", cancelled);
        }
    }

    private void connect(SimulatedMachine machine, Call call) {
        try {
            machine.machine().pause().await(Duration.ofMillis(chance().nextInt(50)));
            faults.crossing(Port.PROVIDER, machine, false);
            machine.machine().pause().await(Duration.ofMillis(1 + chance().nextInt(50)));
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("cancelled before the call left", cancelled);
        }
        if (outage.filter(Behaviour.REFUSED_CONNECTION::equals).isPresent()
                || chance().nextDouble() < moods.getOrDefault(Behaviour.REFUSED_CONNECTION, 0.0)) {
            call.behaviour = Behaviour.REFUSED_CONNECTION;
            throw new UnavailableException("no connection", null);
        }
    }

    private Random chance() {
        return world.chance();
    }

    private void arrive(Call call, CompletableFuture<Answer> answering) {
        long now = world.now();
        call.arrived = now;
        List<Call> ofAccount = arrivals.stream()
                .filter(other -> other.account.equals(call.account))
                .toList();
        long recent = ofAccount.stream()
                .filter(other -> now - other.arrived < window && other.behaviour != Behaviour.REFUSED_CONNECTION)
                .count();
        long flying = concurrency == 0
                ? 0
                : ofAccount.stream().filter(other -> other.isInFlight(now)).count();
        arrivals.add(call);
        call.tooMany = recent >= rate || (concurrency > 0 && flying >= concurrency);
        call.behaviour = call.tooMany ? Behaviour.THROTTLED : choose();
        call.billed = call.behaviour.mayBill && (isCertain(call.behaviour) || chance().nextBoolean());
        world.tell("call %d arrives: %s, billed: %s", call.number, call.behaviour, call.billed);
        world.after(work(call.behaviour), () -> end(call, answering));
    }

    private static boolean isCertain(Behaviour behaviour) {
        return switch (behaviour) {
            case ERROR_500, ERROR_502, ERROR_504, CONNECTION_BREAKS -> false;
            default -> true;
        };
    }

    private Behaviour choose() {
        if (outage.isPresent()) {
            // The connection stood already.
            return outage.filter(Behaviour.REFUSED_CONNECTION::equals)
                    .map(refused -> Behaviour.CONNECTION_BREAKS)
                    .orElseGet(outage::get);
        }
        double luck = chance().nextDouble();
        for (Map.Entry<Behaviour, Double> mood : moods.entrySet()) {
            if (mood.getKey() == Behaviour.REFUSED_CONNECTION) {
                continue;
            }
            luck -= mood.getValue();
            if (luck < 0) {
                return mood.getKey();
            }
        }
        return Behaviour.IMAGE;
    }

    private Duration work(Behaviour behaviour) {
        long timeoutMillis = timeout.toMillis();
        long millis = switch (behaviour) {
            case IMAGE, GARBAGE, HALF_AN_IMAGE -> 100 + chance().nextInt(900);
            case SLOW_IMAGE -> (long) (timeoutMillis * (0.3 + 0.65 * chance().nextDouble()));
            case LATE, NEVER -> timeoutMillis + (long) (connectTimeout.toMillis() * 0.9 * chance().nextDouble());
            case ERROR_500, ERROR_502, ERROR_504, CONNECTION_BREAKS ->
                (long) (timeoutMillis * 0.9 * chance().nextDouble());
            default -> 1 + chance().nextInt(50);
        };
        return Duration.ofMillis(millis);
    }

    private void end(Call call, CompletableFuture<Answer> answering) {
        call.ended = world.now();
        call.isImage = switch (call.behaviour) {
            case IMAGE, SLOW_IMAGE, LATE -> true;
            default -> false;
        };
        if (call.behaviour == Behaviour.NEVER) {
            return;
        }
        Duration travel = Duration.ofNanos(300_000 + chance().nextInt(2_000_000));
        world.after(
                travel,
                () -> call.caller.execute(() -> {
                    if (call.behaviour == Behaviour.CONNECTION_BREAKS) {
                        answering.completeExceptionally(new java.io.IOException("simulated"));
                    } else {
                        answering.complete(answer(call));
                    }
                }));
    }

    private void answered(Call call) {
        call.delivered = world.now();
        world.tell("m%d: call %d is answered", call.caller.id(), call.number);
    }

    private Answer answer(Call call) {
        return switch (call.behaviour) {
            case IMAGE, SLOW_IMAGE, LATE -> new Answer(200, Map.of(), image(call));
            case HALF_AN_IMAGE -> new Answer(200, Map.of(), SampleImages.half(image(call)));
            case GARBAGE -> new Answer(200, Map.of(), "no image".getBytes(StandardCharsets.US_ASCII));
            case ERROR_500 -> new Answer(500, Map.of(), new byte[0]);
            case ERROR_502 -> new Answer(502, Map.of(), new byte[0]);
            case ERROR_504 -> new Answer(504, Map.of(), new byte[0]);
            case THROTTLED -> {
                int seconds = 1 + chance().nextInt(LONGEST_WAIT);
                call.waitUntil = world.now() + Duration.ofSeconds(seconds).toNanos();
                yield new Answer(429, Map.of("Retry-After", Integer.toString(seconds)), new byte[0]);
            }
            case THROTTLED_WITHOUT_A_WAIT -> new Answer(429, Map.of(), new byte[0]);
            case DOWN_503 -> new Answer(503, Map.of(), new byte[0]);
            case REJECTED -> new Answer(422, Map.of(), new byte[0]);
            case KEY_REFUSED -> new Answer(401, Map.of(), new byte[0]);
            case OUT_OF_CREDITS -> new Answer(402, Map.of(), new byte[0]);
            case NEVER, CONNECTION_BREAKS, REFUSED_CONNECTION -> throw new IllegalStateException("is not answered");
        };
    }

    /** A small PNG with a text chunk (ISO/IEC 15948, section 11.3.4.3) that says what it shows and which call made it. */
    private static byte[] image(Call call) {
        byte[] plain = SampleImages.png();
        int headerEnd = 8 + 25;
        byte[] text = ("Comment\0made by call " + call.number + " for image " + call.image + ".")
                .getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream marked = new ByteArrayOutputStream();
        marked.write(plain, 0, headerEnd);
        marked.writeBytes(ByteBuffer.allocate(8)
                .putInt(text.length)
                .put("tEXt".getBytes(StandardCharsets.US_ASCII))
                .array());
        marked.writeBytes(text);
        marked.writeBytes(new byte[4]);
        marked.write(plain, headerEnd, plain.length - headerEnd);
        return marked.toByteArray();
    }
}
