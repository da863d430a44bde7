package dev.afterimage.provider;

import com.fasterxml.jackson.databind.JsonNode;
import dev.afterimage.generation.GenerationException;
import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.NotAnImageException;
import dev.afterimage.generation.GenerationException.OutOfCreditsException;
import dev.afterimage.generation.GenerationException.OutcomeUnknownException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.GenerationException.RejectedException.Reason;
import dev.afterimage.generation.GenerationException.ThrottledException;
import dev.afterimage.generation.GenerationException.UnavailableException;
import dev.afterimage.limit.ProviderLimiter.LaneStop;
import dev.afterimage.provider.Description.ErrorRule;
import dev.afterimage.provider.Description.Waits;
import dev.afterimage.provider.Exchange.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Decides what an answer means, by the rules of a description, and where none holds, by the status. */
record Meanings(List<ErrorRule> rules, Waits waits) {

    private static final int LONGEST_REASON = 200;

    // For messages: it is not known here which API or account was called.
    private static final String API_KEY =
            "the API key (.api-key of afterimage.provider, of afterimage.providers.\"…\" or of an account)";
    private static final String URL =
            "the provider's url (afterimage.provider.url, or that of afterimage.providers.\"…\")";

    /**
     * What could change how a line reads, or is no text: control and format characters, lone surrogates, private and unassigned
     * characters, separators of lines and paragraphs.
     */
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]+");

    /** The failure that the answer means; empty for a success for which no rule holds. */
    Optional<GenerationException> failure(Answer answer, Instant now) {
        Optional<JsonNode> json = rules.isEmpty() ? Optional.empty() : ProviderJson.tree(answer.body());
        return rules.stream()
                .filter(rule -> holds(rule, answer, json, now))
                .findFirst()
                .map(rule -> meaning(rule, answer, json, now))
                .or(() -> answer.isSuccess() ? Optional.empty() : Optional.of(byStatus(answer, waits, now)));
    }

    private boolean holds(ErrorRule rule, Answer answer, Optional<JsonNode> json, Instant now) {
        return (rule.status().isEmpty() || rule.status().contains(answer.status()))
                && matchesText(rule, answer, json)
                && rule.waitOver()
                        .map(limit -> untilReset(answer, now)
                                .filter(wait -> wait.compareTo(limit) > 0)
                                .isPresent())
                        .orElse(true);
    }

    /** The time until the answer's {@code resetAt}, without the bound of {@link RetryAfterParser#LONGEST}. */
    private static Optional<Duration> untilReset(Answer answer, Instant now) {
        return RetryAfterParser.resetAt(answer, now).map(reset -> Duration.between(now, reset));
    }

    private static boolean matchesText(ErrorRule rule, Answer answer, Optional<JsonNode> json) {
        if (rule.at().isEmpty()) {
            return rule.text().isEmpty() || contains(new String(answer.body(), StandardCharsets.UTF_8), rule.text());
        }
        return rule.at().stream()
                .flatMap(place -> json.stream().flatMap(place::in))
                .filter(node -> !node.isNull())
                .anyMatch(node -> rule.text().isEmpty()
                        || contains(node.isValueNode() ? node.asText() : node.toString(), rule.text()));
    }

    private static boolean contains(String said, List<String> texts) {
        String lower = said.toLowerCase(Locale.ROOT);
        return texts.stream().anyMatch(lower::contains);
    }

    private GenerationException meaning(ErrorRule rule, Answer answer, Optional<JsonNode> json, Instant now) {
        String status = " (" + answer.status() + ")";
        String reason = json.flatMap(tree -> reason(tree, rule.reason())).orElse("");
        return switch (rule.means()) {
            case THROTTLED -> ThrottledException.byProvider(RetryAfterParser.of(answer, waits, now));
            case OUT_OF_CREDITS -> outOfCredits(answer, now);
            case REJECTED ->
                new RejectedException(
                        Reason.DATA,
                        "The provider refused the data" + status + reason
                                + ". Compare it with what its documentation asks for.");
            case TEMPLATE_REJECTED ->
                new RejectedException(
                        Reason.TEMPLATE,
                        "The provider knows no such template" + status + reason
                                + ". Check its name in the provider's editor.");
            case MODERATED -> moderated(status + reason);
            case ACCESS_REFUSED ->
                new AccessRefusedException("The provider refused this service" + status + reason
                        + ". The operator must check " + API_KEY + " and the provider's plan.");
            case UNUSABLE -> new NotAnImageException("the provider made no image" + status + reason);
            case UNKNOWN -> OutcomeUnknownException.serverError("the provider failed" + status + reason);
            case UNAVAILABLE -> new UnavailableException("the provider is down" + status + reason, null);
        };
    }

    static RejectedException moderated(String why) {
        return new RejectedException(
                Reason.MODERATED, "The provider's moderation refused this" + why + ". Ask for something else.");
    }

    /** The provider's reason, after a colon and in quotation marks: at most 200 visible characters or blanks, on one line. */
    static Optional<String> reason(JsonNode json, List<JsonPath> places) {
        return places.stream()
                .flatMap(place -> place.textIn(json).stream())
                .map(text -> INVISIBLE.matcher(text).replaceAll(" ").strip())
                .filter(text -> !text.isEmpty())
                .findFirst()
                .map(text -> ": \"" + start(text) + "\"");
    }

    /** The first {@value #LONGEST_REASON} characters; no surrogate pair is split. */
    private static String start(String text) {
        int characters = Math.min(text.codePointCount(0, text.length()), LONGEST_REASON);
        return text.substring(0, text.offsetByCodePoints(0, characters));
    }

    /**
     * The failure that an unsuccessful answer means by its status alone. Messages are this service's own: a provider's
     * text may repeat the data, or say more than a stranger should read.
     *
     * <p>A server error counts as not billed only where the status says that the provider has not begun: 503 (RFC 9110),
     * and Cloudflare's statuses for no connection to the provider (521 refused, 522 timed out, 523 unreachable, 525 and
     * 526 TLS). After any other server error the image may have been made and billed. Some APIs send 420 for 429.
     */
    static GenerationException byStatus(Answer answer, Waits waits, Instant now) {
        int status = answer.status();
        return switch (status) {
            case 400, 409, 411, 413, 414, 422, 431 ->
                new RejectedException(
                        Reason.DATA,
                        "The provider refused the data (" + status + "). Compare it with the template's fields.");
            case 406, 415 ->
                new RejectedException(
                        Reason.DATA,
                        "The provider does not offer this format (" + status + "). Ask for another one, such as png.");
            case 404, 410 ->
                new RejectedException(
                        Reason.TEMPLATE,
                        "The provider knows no such template (" + status
                                + "). Check its name in the provider's editor.");
            case 401, 403, 407 ->
                new AccessRefusedException("The provider refused this service's API key (" + status
                        + "). The operator must set " + API_KEY + ".");
            case 402 -> outOfCredits(answer, now);
            case 408, 499 ->
                new OutcomeUnknownException("the provider gave up waiting for its image (" + status + ")", null);
            case 504, 524 ->
                OutcomeUnknownException.gatewayTimeout("the provider gave up waiting for its image (" + status + ")");
            case 503, 521, 522, 523, 525, 526 ->
                new UnavailableException("the provider is down (" + status + ")", null);
            case 420, 429 -> ThrottledException.byProvider(RetryAfterParser.of(answer, waits, now));
            default -> byClass(status);
        };
    }

    static OutOfCreditsException outOfCredits(Answer answer, Instant now) {
        Instant latest = now.plus(LaneStop.Reason.OUT_OF_CREDITS.probedEvery());
        Instant until = RetryAfterParser.resetAt(answer, now)
                .filter(now::isBefore)
                .or(() -> RetryAfterParser.of(answer, now).map(now::plus))
                .filter(latest::isAfter)
                .orElse(latest);
        return new OutOfCreditsException("the provider's credits are used up (" + answer.status() + ")", until);
    }

    private static GenerationException byClass(int status) {
        if (status >= 500) {
            return OutcomeUnknownException.serverError("the provider failed (" + status + ")");
        }
        if (status / 100 == 3) {
            return new AccessRefusedException("The provider redirects (" + status
                    + "), which is not followed. The operator must set " + URL + " to the final address.");
        }
        return new AccessRefusedException(
                "The provider refused the call (" + status + "). The operator must check " + URL + ".");
    }
}
