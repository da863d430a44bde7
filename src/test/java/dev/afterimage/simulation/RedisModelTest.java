package dev.afterimage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.testing.RedisProcess;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The simulated Redis answers as a real one does: both get the same random commands, and every answer is compared. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class RedisModelTest {

    private static final int HISTORIES = Integer.getInteger("afterimage.simulation.histories", 10_000);
    private static final int COMMANDS_A_HISTORY = 12;
    private static final int HISTORIES_AT_ONCE = 100;

    @Test
    void modelAndRealRedisAnswerRandomHistoriesAlike() {
        RedisModel model = new RedisModel(() -> 1_772_625_600_000_000L);
        Vertx vertx = Vertx.vertx();
        Redis redis = Redis.createClient(vertx, RedisProcess.shared().url());
        try {
            for (int first = 0; first < HISTORIES; first += HISTORIES_AT_ONCE) {
                List<List<String>> commands = new ArrayList<>();
                for (int seed = first; seed < Math.min(HISTORIES, first + HISTORIES_AT_ONCE); seed++) {
                    commands.addAll(new RandomHistory(seed).commands(COMMANDS_A_HISTORY));
                }
                List<String> real = ask(redis, commands);
                for (int i = 0; i < commands.size(); i++) {
                    int at = i;
                    assertThat(commands.get(i).getFirst().equals("EVAL")
                                    && real.get(i).startsWith("refused"))
                            .as(() -> abbreviated(commands.get(at)) + " ran into " + real.get(at))
                            .isFalse();
                    assertThat(spell(model, commands.get(i)))
                            .as(() -> "answer to " + abbreviated(commands.get(at)) + " after "
                                    + commands.subList(Math.max(0, at - 11), at).stream()
                                            .map(RedisModelTest::abbreviated)
                                            .toList())
                            .isEqualTo(real.get(i));
                }
            }
        } finally {
            redis.close();
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /** The command for a message: of a script only its first line. */
    private static List<String> abbreviated(List<String> command) {
        return command.stream().map(word -> word.lines().findFirst().orElse("")).toList();
    }

    private static List<String> ask(Redis redis, List<List<String>> commands) {
        var connection =
                redis.connect().toCompletionStage().toCompletableFuture().join();
        List<java.util.concurrent.CompletableFuture<String>> answers = new ArrayList<>();
        for (List<String> command : commands) {
            Request request = Request.cmd(Command.create(command.getFirst()));
            command.subList(1, command.size()).forEach(request::arg);
            answers.add(connection
                    .send(request)
                    .map(RedisModelTest::spell)
                    .otherwise(failure ->
                            "refused: " + String.valueOf(failure.getMessage()).split(" ")[0])
                    .toCompletionStage()
                    .toCompletableFuture());
        }
        List<String> spelled = answers.stream()
                .map(java.util.concurrent.CompletableFuture::join)
                .toList();
        connection.close();
        return spelled;
    }

    private static String spell(RedisModel model, List<String> command) {
        try {
            return spell(RedisClient.response(model.execute(command)));
        } catch (RedisModel.Refusal refusal) {
            return "refused: " + refusal.getMessage().split(" ")[0];
        }
    }

    private static String spell(Response response) {
        if (response == null) {
            return "nil";
        }
        if (response.type() == ResponseType.MULTI) {
            List<String> parts = new ArrayList<>();
            for (int i = 0; i < response.size(); i++) {
                parts.add(spell(response.get(i)));
            }
            return parts.toString();
        }
        return response.type() + " " + response;
    }

    /** Random commands and scripts as the adapters send them, on few keys, so that they often concern the same one. */
    private static final class RandomHistory {

        private final Random random;
        private final String prefix;
        private long time = 1_772_625_600_000_000L;
        private boolean confirmed;

        RandomHistory(int seed) {
            this.random = new Random(seed);
            this.prefix = "h" + seed + ":";
        }

        List<List<String>> commands(int count) {
            List<List<String>> commands = new ArrayList<>();
            int theme = random.nextInt(5);
            for (int i = 0; i < count; i++) {
                time += (long) (random.nextDouble() * random.nextDouble() * 1_500_000);
                commands.add(
                        switch (theme) {
                            case 0, 1 -> limiter();
                            case 2 -> batch();
                            case 3 -> random.nextBoolean() ? lease() : counters();
                            default -> plain();
                        });
            }
            return commands;
        }

        private String oneOf(String... words) {
            return words[random.nextInt(words.length)];
        }

        private String number(int below) {
            return Integer.toString(random.nextInt(below));
        }

        private List<String> script(String name, List<String> keys, String... arguments) {
            List<String> command = new ArrayList<>(List.of("EVAL", source(name), Integer.toString(keys.size())));
            command.addAll(keys);
            command.addAll(List.of(arguments));
            return command;
        }

        /** The whole script, on two accounts and the receipts of two images. */
        private List<String> limiter() {
            List<String> accounts = confirmed ? List.of(oneOf("", "account:two:"), "account:one:") : List.of("");
            List<String> keys = new ArrayList<>(
                    List.of(prefix + "state", prefix + "receipt:" + oneOf("image1", "image2"), prefix + "receipts"));
            List<String> rules = new ArrayList<>();
            for (String account : accounts) {
                for (String part : List.of(
                        "state", "departed", "planned", "bulk-departed", "bulk-planned", "places", "bulk-places")) {
                    keys.add(prefix + account + part);
                }
                rules.addAll(List.of(
                        "3",
                        "2",
                        "1020000",
                        "255000",
                        "10000000",
                        prefix.hashCode() % 2 == 0 ? "0" : "3",
                        "2",
                        oneOf("0", "0", "1")));
            }
            String action = confirmed
                    ? oneOf(
                            "acquire",
                            "acquire",
                            "acquire",
                            "acquirePoll",
                            "depart",
                            "depart",
                            "redepart",
                            "restamp",
                            "cancel",
                            "release",
                            "coolDown",
                            "lower",
                            "stop",
                            "settle",
                            "settle",
                            "hold",
                            "ticket",
                            "resumeJob",
                            "noteDeleted",
                            "status")
                    : "confirm";
            List<String> arguments =
                    new ArrayList<>(List.of(action, Long.toString(time), "65000000", "100000", "99", "2", "epoch"));
            arguments.add(confirmed ? "token" + number(6) : "epoch");
            arguments.add(oneOf("INTERACTIVE", "BULK"));
            arguments.add(oneOf("0", "1", "100000", "2000000", "9007199254740000"));
            arguments.add(Integer.toString(accounts.size()));
            arguments.addAll(rules);
            String departed = Long.toString(time - random.nextInt(2_000_000));
            switch (action) {
                case "depart", "redepart", "restamp", "cancel" ->
                    arguments.addAll(List.of("0", "3600000000", oneOf("one", ""), "card", oneOf("{}", "{}", ""), ""));
                case "lower" -> arguments.add(oneOf("1", "2"));
                case "stop" -> arguments.add(oneOf("ACCESS_REFUSED", "OUT_OF_CREDITS", "UNUSABLE_ANSWERS"));
                case "settle" ->
                    arguments.addAll(List.of(
                            departed,
                            "3600000000",
                            "one",
                            "card",
                            "{}",
                            "s",
                            oneOf("IMAGE", "FREE", "REJECTED", "UNUSABLE", "UNKNOWN"),
                            "1772625600000",
                            "why",
                            oneOf("0", "1"),
                            oneOf("0", "60000000"),
                            oneOf("0", "1")));
                case "hold" -> arguments.addAll(List.of(departed, "3600000000", "one", "card", "{}", "s"));
                case "ticket" -> arguments.add("job");
                case "resumeJob", "noteDeleted" -> arguments.add("3600000000");
                default -> {}
            }
            confirmed = true;
            return script("limiter", keys, arguments.toArray(String[]::new));
        }

        private List<String> batch() {
            String header = prefix + "batch";
            List<String> keys =
                    List.of(header, header + ":hits", header + ":generated", header + ":failed", header + ":failures");
            List<String> withImages = new ArrayList<>(keys);
            withImages.add(header + ":images:0");
            return switch (random.nextInt(6)) {
                case 0 -> script("batch-open", keys, "1772625600000", "owner", "86400000");
                case 1 -> script("batch-receive", keys, "1772625600001", number(9), oneOf("", "hash"));
                case 2 -> script("batch-cancel", keys, "1772625600002");
                case 3 -> script("batch-read", keys);
                default ->
                    script(
                            "batch-record",
                            withImages,
                            "1772625600003",
                            "3",
                            number(9),
                            oneOf("HIT", "GENERATED", "FAILED"),
                            "a reason",
                            oneOf("", "abcd"),
                            "6",
                            number(9),
                            number(9),
                            oneOf("GENERATED", "FAILED"),
                            "ein anderer Grund: ä",
                            "efgh",
                            "6",
                            number(9));
            };
        }

        private List<String> lease() {
            List<String> keys = List.of(prefix + "lease");
            String token = "token" + number(2);
            return switch (random.nextInt(5)) {
                case 0 -> List.of("SET", keys.getFirst(), token, "NX", "PX", "600000");
                case 1 -> script("lease-renew", keys, token, "600000");
                case 2 -> script("lease-release", keys, token);
                case 3 -> script("request-claim", keys, oneOf("", "token0"), token, "600000");
                default -> List.of("GET", keys.getFirst());
            };
        }

        private List<String> counters() {
            return switch (random.nextInt(4)) {
                case 0 ->
                    script(
                            "credits",
                            List.of(prefix + "credits"),
                            oneOf("1000000", "2500000", "-1000000", "0"),
                            oneOf("-1", "3000000"),
                            oneOf("-1", "3000000"),
                            "epoch" + number(3),
                            oneOf("", "epoch1"),
                            oneOf("0", "5000000"),
                            "6048000",
                            "account:one",
                            "template:card",
                            oneOf("tenant:a", "tenant:b"));
                case 1 ->
                    script(
                            "quota",
                            List.of(prefix + "quota"),
                            oneOf("spend", "spend", "giveBack"),
                            "3",
                            Long.toString(time + random.nextInt(2) * 3_600_000_000L));
                case 2 -> script("version", List.of(prefix + "version"), "", "", "", "", Long.toString(time / 1000));
                default ->
                    script(
                            "version",
                            List.of(prefix + "version"),
                            number(20),
                            "60000",
                            Long.toString(time / 1000 - random.nextInt(60_000)),
                            "30000",
                            Long.toString(time / 1000));
            };
        }

        private List<String> plain() {
            String key = prefix + oneOf("a", "b");
            String set = prefix + oneOf("z1", "z2");
            String hash = prefix + "hash";
            return switch (random.nextInt(22)) {
                case 0 -> List.of("SET", key, number(9), "XX", "PX", "600000");
                case 1 -> List.of("SET", key, number(9), "PXAT", "99999999999999");
                case 2 -> List.of("SET", key, number(9));
                case 3 -> List.of("GET", key);
                case 4 -> List.of("MGET", key, prefix + "b");
                case 5 -> List.of("DEL", key, set);
                case 6 -> List.of("EXISTS", key, set, hash);
                case 7 -> List.of("PEXPIRE", oneOf(key, set), oneOf("600000", "0", "-1"));
                case 8 -> List.of("INCRBY", key, number(5));
                case 9 -> List.of("HSET", hash, "f" + number(3), number(9), "g", number(9));
                case 10 -> List.of("HMGET", hash, "f0", "f1", "g");
                case 11 -> List.of("HDEL", hash, "f" + number(3), "g");
                case 12 -> List.of("EVAL", "return redis.call('HGETALL', KEYS[1])", "1", hash);
                case 13 -> List.of("HINCRBY", hash, "n", number(5));
                case 14 -> List.of("HEXISTS", hash, "g");
                case 15 -> List.of("ZADD", set, oneOf("1", "2", "2.5", "-1", "1772625600000000"), "m" + number(5));
                case 16 ->
                    List.of(
                            "EVAL",
                            "return redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[2], 'WITHSCORES')",
                            "1",
                            set,
                            oneOf("0", "-2", "1"),
                            oneOf("-1", "1", "0"));
                case 17 -> List.of("ZRANGEBYSCORE", set, oneOf("-inf", "(1", "2"), oneOf("+inf", "(2.5", "2"));
                case 18 -> List.of("ZREMRANGEBYSCORE", set, "-inf", oneOf("1", "(2"));
                case 19 -> List.of("ZREMRANGEBYRANK", set, oneOf("0", "-1", "2"), oneOf("-1", "0"));
                case 20 -> List.of("ZCOUNT", set, oneOf("1", "(1"), "+inf");
                default -> List.of("EVAL", "return redis.call('ZSCORE', KEYS[1], ARGV[1])", "1", set, "m" + number(5));
            };
        }

        private static String source(String name) {
            return name.equals("limiter")
                    ? Stream.of("limiter", "receipts", "limiter-actions")
                            .map(RandomHistory::file)
                            .collect(Collectors.joining("\n"))
                    : file(name);
        }

        private static String file(String name) {
            try (InputStream resource = RedisModel.class.getResourceAsStream("/lua/" + name + ".lua")) {
                return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
