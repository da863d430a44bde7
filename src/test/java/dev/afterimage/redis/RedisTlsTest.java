package dev.afterimage.redis;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.redis.RedisLink.RedisUnavailableException;
import dev.afterimage.testing.RedisProcess;
import dev.afterimage.testing.SelfSigned;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Over TLS, with a password. */
class RedisTlsTest extends RedisContracts {

    private static final int TLS_PORT = RedisProcess.freePort();
    private static SelfSigned identity;

    @AutoClose
    private static RedisProcess server;

    @BeforeAll
    static void startServer() {
        identity = SelfSigned.forLoopback();
        server = RedisProcess.start(
                "tls-port " + TLS_PORT,
                "tls-cert-file " + identity.certificate(),
                "tls-key-file " + identity.privateKey(),
                "tls-ca-cert-file " + identity.certificate(),
                "tls-auth-clients no",
                "requirepass secret");
    }

    private Redis tlsClient(String password) {
        NetClientOptions trusting = new NetClientOptions()
                .setSsl(true)
                .setHostnameVerificationAlgorithm("HTTPS")
                .setTrustOptions(
                        new PemTrustOptions().addCertPath(identity.certificate().toString()));
        return clients.client(new RedisOptions()
                .setNetClientOptions(trusting)
                .setPassword(password)
                .setConnectionString("rediss://127.0.0.1:" + TLS_PORT));
    }

    @Override
    protected RedisLink link(LongSupplier nanoTime) {
        return new RedisLink(tlsClient("secret"), clients.settings(), nanoTime, duration -> {});
    }

    @Override
    protected List<RedisLink> servers() {
        return List.of(link(System::nanoTime));
    }

    @Test
    void aWrongPasswordIsAServerThatCannotBeUsed() {
        RedisLink link = new RedisLink(tlsClient("wrong"), clients.settings(), System::nanoTime, duration -> {});

        assertThatThrownBy(() -> link.call(Request.cmd(Command.PING)))
                .isInstanceOf(RedisUnavailableException.class)
                .hasMessageNotContaining("wrong");
    }

    @Test
    void untrustedServerIsNotUsed() {
        Redis suspicious = clients.client(new RedisOptions()
                .setNetClientOptions(new NetClientOptions().setSsl(true).setHostnameVerificationAlgorithm("HTTPS"))
                .setPassword("secret")
                .setConnectionString("rediss://127.0.0.1:" + TLS_PORT));

        assertThatThrownBy(() -> clients.link(suspicious, clients.settings()).call(Request.cmd(Command.PING)))
                .isInstanceOf(RedisUnavailableException.class);
    }
}
