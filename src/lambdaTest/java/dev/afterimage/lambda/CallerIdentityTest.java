package dev.afterimage.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext.Authorizer;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext.IAM;
import io.quarkus.security.identity.SecurityIdentity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallerIdentityTest {

    @Test
    void aTokensSubjectIsTheCaller() {
        assertThat(caller(jwt(Map.of("sub", "somebody", "aud", "afterimage")))
                        .getPrincipal()
                        .getName())
                .isEqualTo("somebody");
    }

    @Test
    void anIamUserIsTheCaller() {
        String user = "arn:aws:iam::123456789012:user/team/somebody";
        assertThat(caller(iam(user)).getPrincipal().getName()).isEqualTo(user);
    }

    /** Whoever assumes a role names the session. */
    @ParameterizedTest
    @ValueSource(strings = {"one", "another"})
    void aRoleIsTheCallerWhateverItsSessionIsCalled(String session) {
        assertThat(caller(iam("arn:aws:sts::123456789012:assumed-role/shop/" + session))
                        .getPrincipal()
                        .getName())
                .isEqualTo("arn:aws:sts::123456789012:assumed-role/shop");
    }

    private static Authorizer iam(String arn) {
        IAM iam = new IAM();
        iam.setUserArn(arn);
        Authorizer authorizer = new Authorizer();
        authorizer.setIam(iam);
        return authorizer;
    }

    @Test
    void theSessionsOfARoleAreOneCaller() {
        for (String session : List.of("one", "two")) {
            IAM iam = new IAM();
            iam.setUserArn("arn:aws:sts::123456789012:assumed-role/shop/" + session);
            Authorizer authorizer = new Authorizer();
            authorizer.setIam(iam);

            assertThat(caller(authorizer).getPrincipal().getName())
                    .isEqualTo("arn:aws:sts::123456789012:assumed-role/shop");
        }
    }

    @Test
    void aTokenWithoutASubjectNamesNoCaller() {
        assertThat(caller(jwt(Map.of("aud", "afterimage"))).isAnonymous()).isTrue();
    }

    @Test
    void aRouteWithoutAnAuthorizerHasNoCaller() {
        assertThat(caller(null).isAnonymous()).isTrue();
        assertThat(caller(new Authorizer()).isAnonymous()).isTrue();
    }

    private static Authorizer jwt(Map<String, String> claims) {
        Authorizer.JWT jwt = new Authorizer.JWT();
        jwt.setClaims(claims);
        Authorizer authorizer = new Authorizer();
        authorizer.setJwt(jwt);
        return authorizer;
    }

    private static SecurityIdentity caller(@Nullable Authorizer authorizer) {
        RequestContext context = new RequestContext();
        context.setAuthorizer(authorizer);
        APIGatewayV2HTTPEvent event = new APIGatewayV2HTTPEvent();
        event.setRequestContext(context);
        return new CallerIdentity().authenticate(event);
    }
}
