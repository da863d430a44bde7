package dev.afterimage.redis;

import dev.afterimage.generation.Callables;
import dev.afterimage.image.ImageKey;
import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.Lane;
import dev.afterimage.limit.Permit;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipt;
import dev.afterimage.limit.Receipts;
import dev.afterimage.redis.LimiterScript.Invocation;
import dev.afterimage.redis.RedisLink.RedisUnavailableException;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The receipts of a fleet. The limiter's script writes them, so that it can stamp a departure and write the receipt in
 * one step.
 */
public final class RedisReceipts implements Receipts {

    /** The most receipts that are listed. */
    private static final int MOST_LISTED = 10_000;

    private static final String UNAVAILABLE = "The fleet's receipts cannot be reached.";
    /** How many receipts are read in one round trip. */
    private static final int READ_TOGETHER = 100;

    private final LimiterScript script;
    private final Clock clock;

    /**
     * The receipts of the script's fleet.
     *
     * @param clock tells which open calls are overdue; only for the list
     */
    public RedisReceipts(LimiterScript script, Clock clock) {
        this.script = script;
        this.clock = clock;
    }

    @Override
    public Optional<Permit.Refused> refusal(Purchase purchase) {
        ScriptReply answer = script.run(new Invocation(
                "refusal",
                "",
                Lane.INTERACTIVE,
                purchase.key(),
                Long.toString(purchase.newestSeen().toEpochMilli())));
        return answer.number(0) == LimiterScript.REFUSED ? Optional.of(RedisLimiter.refused(answer)) : Optional.empty();
    }

    @Override
    public Holding hold(Permit.Departed call) {
        ScriptReply answer = run("hold", call);
        return switch ((int) answer.number(0)) {
            case 1 -> Holding.HELD;
            case 2 -> Holding.DELETED;
            default -> Holding.LOST;
        };
    }

    @Override
    public Settlement settle(Permit.Departed call, CallOutcome outcome) {
        Instant made = outcome instanceof CallOutcome.Image image ? image.made() : Instant.EPOCH;
        Duration remembered =
                outcome instanceof CallOutcome.Rejected rejected ? rejected.rememberedFor() : Duration.ZERO;
        ScriptReply answer = run(
                "settle",
                call,
                nameOf(outcome),
                Long.toString(made.toEpochMilli()),
                outcome.detail(),
                outcome.answered() ? "1" : "0",
                LimiterScript.micros(remembered),
                outcome instanceof CallOutcome.Image image && image.late() ? "1" : "0");
        long wait = answer.number(1);
        return new Settlement(
                answer.number(0) == 1, wait < 0 ? Optional.empty() : Optional.of(Duration.of(wait, ChronoUnit.MICROS)));
    }

    private static String nameOf(CallOutcome outcome) {
        return switch (outcome) {
            case CallOutcome.Image image -> "IMAGE";
            case CallOutcome.NotBilled free -> "FREE";
            case CallOutcome.Rejected rejected -> "REJECTED";
            case CallOutcome.Unusable unusable -> "UNUSABLE";
            case CallOutcome.Unknown unknown -> "UNKNOWN";
        };
    }

    @Override
    public Optional<Resumed> resume(Purchase purchase, Lane lane) {
        String token = script.token();
        ScriptReply answer = script.run(
                new Invocation("resumeJob", token, lane, purchase.key(), LimiterScript.micros(purchase.period())));
        if (answer.number(0) != LimiterScript.GRANTED) {
            return Optional.empty();
        }
        Permit.Departed call = new Permit.Departed(
                token, lane, purchase.billedTo(answer.word(7)), instant(answer.word(5)), Duration.ZERO);
        return Optional.of(new Resumed(call, answer.word(6)));
    }

    @Override
    public void keepTicket(Permit.Departed call, String ticket) {
        script.run(new Invocation(
                "ticket", call.token(), call.lane(), call.purchase().key(), ticket));
    }

    @Override
    public void noteDeleted(ImageKey key, Duration period) {
        script.run(new Invocation("noteDeleted", "", Lane.INTERACTIVE, key, LimiterScript.micros(period)));
    }

    /**
     * Reads two fields of the receipt without the script. They cannot be out of date: the next call of the key that
     * departs takes both back.
     */
    @Override
    public boolean isDeleted(ImageKey key) {
        Response fields = call(Request.cmd(Command.HMGET)
                .arg(script.receiptKey(key.value()))
                .arg("state")
                .arg("deletedOpen"));
        return fields != null
                && ("DELETED".equals(String.valueOf(fields.get(0))) || "1".equals(String.valueOf(fields.get(1))));
    }

    @Override
    public boolean allowAnother(ImageKey key) {
        return script.run(new Invocation("allowAnother", "", Lane.INTERACTIVE, key))
                        .number(0)
                == 1;
    }

    @Override
    public Optional<Receipt> find(ImageKey key) {
        return receipt(key.value(), call(readAll(key.value())));
    }

    @Override
    public List<Receipt> list() {
        Instant now = clock.instant();
        Response names = call(
                Request.cmd(Command.ZRANGE).arg(script.receiptsKey()).arg(0).arg(MOST_LISTED - 1));
        List<String> keys = names == null
                ? List.of()
                : names.stream().map(Response::toString).toList();
        List<Receipt> listed = new ArrayList<>();
        for (int from = 0; from < keys.size(); from += READ_TOGETHER) {
            List<String> some = keys.subList(from, Math.min(keys.size(), from + READ_TOGETHER));
            List<RedisLink.Reply> replies = RedisUnavailableException.forFleet(
                    UNAVAILABLE,
                    () -> Callables.await(script.link()
                            .exchangeAll(some.stream().map(this::readAll).toList())));
            for (int i = 0; i < some.size(); i++) {
                receipt(some.get(i), replies.get(i).response())
                        .filter(receipt -> receipt.listedAs(now).isPresent())
                        .ifPresent(listed::add);
            }
        }
        listed.sort(Comparator.comparing(Receipt::departed));
        return listed;
    }

    private Request readAll(String imageKey) {
        return Request.cmd(Command.HGETALL).arg(script.receiptKey(imageKey));
    }

    private static Optional<Receipt> receipt(String imageKey, @Nullable Response answer) {
        Map<String, String> fields = new HashMap<>();
        if (answer != null) {
            for (String field : answer.getKeys()) {
                fields.put(field, answer.get(field).toString());
            }
        }
        return fields.containsKey("state") ? Optional.of(receipt(imageKey, fields)) : Optional.empty();
    }

    private static Receipt receipt(String imageKey, Map<String, String> fields) {
        return new Receipt(
                new ImageKey(imageKey),
                Receipt.State.valueOf(fields.getOrDefault("state", "")),
                fields.getOrDefault("token", ""),
                instant(fields.get("departed")),
                instant(fields.get("until")),
                fields.getOrDefault("account", Purchase.DEFAULT_ACCOUNT),
                fields.getOrDefault("template", ""),
                fields.getOrDefault("request", ""),
                fields.getOrDefault("ticket", ""),
                fields.getOrDefault("series", ""),
                Integer.parseInt(fields.getOrDefault("purchases", "0")),
                instant(fields.get("from")),
                fields.getOrDefault("detail", ""));
    }

    private static Instant instant(@Nullable String micros) {
        return micros == null || micros.isEmpty()
                ? Instant.EPOCH
                : Instant.EPOCH.plus(Long.parseLong(micros), ChronoUnit.MICROS);
    }

    private static String micros(Instant instant) {
        return Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, instant));
    }

    private ScriptReply run(String action, Permit.Departed call, String... more) {
        return script.run(Invocation.of(
                action, call.token(), call.lane(), Duration.ZERO, micros(call.at()), call.purchase(), more));
    }

    private @Nullable Response call(Request request) {
        return RedisUnavailableException.forFleet(
                UNAVAILABLE, () -> script.link().call(request));
    }
}
