package dev.afterimage.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext.Authorizer;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext.IAM;
import dev.afterimage.http.auth.AuthConfig;
import dev.afterimage.http.auth.Client;
import dev.afterimage.http.auth.Client.Role;
import dev.afterimage.limit.Caller;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayIdentityTest {

    private static final Set<Role> ALL = Set.of(Role.values());
    private static final String ROLE = "arn:aws:sts::123456789012:assumed-role/shop";

    private static GatewayIdentity identity(Map<String, String> settings) {
        return new GatewayIdentity(new SmallRyeConfigBuilder()
                .withMapping(AuthConfig.class)
                .withDefaultValue("afterimage.auth.mode", "gateway")
                .withDefaultValues(settings)
                .build()
                .getConfigMapping(AuthConfig.class));
    }

    private static Optional<Client> client(@Nullable Authorizer authorizer) {
        return identity(Map.of()).client(authorizer, "/v1/stats");
    }

    private static Authorizer jwt(Map<String, String> claims) {
        Authorizer.JWT jwt = new Authorizer.JWT();
        jwt.setClaims(claims);
        Authorizer authorizer = new Authorizer();
        authorizer.setJwt(jwt);
        return authorizer;
    }

    private static Authorizer iam(@Nullable String arn) {
        IAM iam = new IAM();
        iam.setUserArn(arn);
        Authorizer authorizer = new Authorizer();
        authorizer.setIam(iam);
        return authorizer;
    }

    private static APIGatewayV2HTTPEvent event(@Nullable Authorizer authorizer) {
        RequestContext context = new RequestContext();
        context.setAuthorizer(authorizer);
        context.setHttp(RequestContext.Http.builder().withSourceIp("192.0.2.1").build());
        APIGatewayV2HTTPEvent event = new APIGatewayV2HTTPEvent();
        event.setRequestContext(context);
        return event;
    }

    @ParameterizedTest
    @ValueSource(strings = {"afterimage/batch afterimage/operate", "[afterimage/batch afterimage/operate]"})
    void aTokensSubjectIsTheCallerAndItsScopesGiveTheRoles(String scope) {
        assertThat(client(jwt(Map.of("sub", "somebody", "scope", scope)))).contains(Client.named("somebody", ALL));
        assertThat(client(jwt(Map.of("sub", "somebody", "scp", scope)))).contains(Client.named("somebody", ALL));
        assertThat(client(jwt(Map.of("sub", "somebody")))).contains(Client.named("somebody", Set.of(Role.ASK)));
    }

    @Test
    void tokenWithoutARequiredScopeMayNotAsk() {
        GatewayIdentity strict = identity(Map.of("afterimage.auth.scopes.ask", "images/ask"));
        assertThat(strict.callerWhoMayAsk(event(jwt(Map.of("sub", "somebody")))))
                .isEmpty();
        assertThat(strict.callerWhoMayAsk(event(jwt(Map.of("sub", "somebody", "scope", "images/ask")))))
                .contains(new Caller("subject:somebody"));
    }

    @Test
    void anIamUserIsTheCaller() {
        String user = "arn:aws:iam::123456789012:user/team/somebody";
        assertThat(client(iam(user))).contains(Client.named(user, ALL));
    }

    /** The session's name is the choice of whoever assumes the role. */
    @ParameterizedTest
    @ValueSource(strings = {"one", "another"})
    void assumedRoleIsTheCallerWhateverItsSessionName(String session) {
        assertThat(client(iam(ROLE + "/" + session))).contains(Client.named(ROLE, ALL));
    }

    @Test
    void iamCallerOfBatchesHasTheBatchRoleUnlessAnOperator() {
        Authorizer caller = iam(ROLE + "/one");
        assertThat(identity(Map.of()).client(caller, "/v1/batches/x")).contains(Client.named(ROLE, Set.of(Role.BATCH)));
        assertThat(identity(Map.of("afterimage.auth.operators", ROLE)).client(caller, "/v1/batches/x"))
                .contains(Client.named(ROLE, ALL));
    }

    @Test
    void tokenWithoutASubjectIsUnauthenticated() {
        assertThat(client(jwt(Map.of("aud", "afterimage")))).isEmpty();
        assertThat(client(jwt(Map.of("sub", " ")))).isEmpty();
    }

    @Test
    void routeWithoutAnAuthorizerIsUnauthenticated() {
        assertThat(client(null)).isEmpty();
        assertThat(client(new Authorizer())).isEmpty();
        assertThat(client(iam(null))).isEmpty();
        assertThat(identity(Map.of()).callerWhoMayAsk(event(null))).isEmpty();
    }

    @Test
    void inOpenModeTheCallerIsTheSourceAddress() {
        assertThat(identity(Map.of("afterimage.auth.mode", "none")).callerWhoMayAsk(event(null)))
                .contains(new Caller("address:192.0.2.1"));
    }

    @Test
    void inKeysModeTheServerAuthenticates() {
        GatewayIdentity keys = identity(Map.of("afterimage.auth.mode", "keys"));
        assertThat(keys.callerWhoMayAsk(event(jwt(Map.of("sub", "somebody"))))).isEmpty();
    }
}
