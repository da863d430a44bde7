package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.afterimage.testing.RedisProcess;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RedisScriptTest {

    private static final RedisScript RELEASE = RedisScript.named("lease-release");

    @AutoClose
    private final RedisProcess server = RedisProcess.start();

    @AutoClose
    private final RedisClients clients = new RedisClients();

    private final RedisLink link = clients.link(server.url());

    private long calls(String command) {
        return link.call(Request.cmd(Command.INFO).arg("commandstats"))
                .toString()
                .lines()
                .filter(line -> line.startsWith("cmdstat_" + command + ":calls="))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".*:calls=(\\d+),.*", "$1")))
                .sum();
    }

    private long release() {
        return RELEASE.call(link, List.of("key"), List.of("token")).number();
    }

    @Test
    void aScriptIsSentOnceAndThenCalledByItsHash() {
        for (int call = 0; call < 5; call++) {
            assertThat(release()).isZero();
        }

        assertThat(calls("eval")).isEqualTo(1);
        assertThat(calls("evalsha")).isEqualTo(5);
    }

    @Test
    void aFlushedScriptIsSentAgainAndRunOnce() {
        release();
        link.call(Request.cmd(Command.SET).arg("key").arg("token"));
        link.call(Request.cmd(Command.SCRIPT).arg("FLUSH"));

        assertThat(release()).isEqualTo(1);
        assertThat(calls("eval")).isEqualTo(2);
    }
}
