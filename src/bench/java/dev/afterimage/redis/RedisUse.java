package dev.afterimage.redis;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What a server has done so far.
 *
 * @param questions it read from its clients, this one included; what a script asks within is none
 * @param cpuSeconds of its process, in user and system mode
 */
record RedisUse(long questions, double cpuSeconds) {

    private static final Pattern QUESTIONS = Pattern.compile("total_reads_processed:(\\d+)");
    private static final Pattern CPU = Pattern.compile("used_cpu_(?:user|sys):([\\d.]+)");

    static RedisUse of(RedisLink link) {
        String questions = info(link, "stats");
        String cpu = info(link, "cpu");
        return new RedisUse((long) sum(QUESTIONS, questions), sum(CPU, cpu));
    }

    RedisUse since(RedisUse earlier) {
        return new RedisUse(questions - earlier.questions, cpuSeconds - earlier.cpuSeconds);
    }

    private static String info(RedisLink link, String section) {
        return link.call(Request.cmd(Command.INFO).arg(section)).toString();
    }

    private static double sum(Pattern number, String text) {
        return number.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .mapToDouble(Double::parseDouble)
                .sum();
    }
}
