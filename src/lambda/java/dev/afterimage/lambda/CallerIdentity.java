package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext.Authorizer;
import io.quarkus.amazon.lambda.http.LambdaIdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * Takes the caller from API Gateway's authorizer, which has checked it: the token's {@code sub}, or the ARN of the IAM user
 * or of the role, without its session. Quarkus' own provider knows only Cognito's user names, which tokens of other issuers, and of machines, don't
 * have.
 */
@Singleton
final class CallerIdentity implements LambdaIdentityProvider {

    private static final String ASSUMED_ROLE = ":assumed-role/";

    @Override
    public SecurityIdentity authenticate(APIGatewayV2HTTPEvent event) {
        String subject = subject(event.getRequestContext().getAuthorizer());
        return subject == null || subject.isBlank()
                ? QuarkusSecurityIdentity.builder().setAnonymous(true).build()
                : QuarkusSecurityIdentity.builder()
                        .setPrincipal(new QuarkusPrincipal(subject))
                        .build();
    }

    /** Who the authorizer says it is; null where there is none, or none that names anybody. */
    static @Nullable String subject(@Nullable Authorizer authorizer) {
        if (authorizer == null) {
            return null;
        }
        if (authorizer.getJwt() != null && authorizer.getJwt().getClaims() != null) {
            return authorizer.getJwt().getClaims().get("sub");
        }
        return authorizer.getIam() == null
                ? null
                : withoutSession(authorizer.getIam().getUserArn());
    }

    /**
     * The role of {@code arn:aws:sts::123456789012:assumed-role/role/session}, because whoever assumes a role names the
     * session as it likes ("IAM identifiers"). Users' ARNs stay as they are, path included.
     */
    private static @Nullable String withoutSession(@Nullable String arn) {
        if (arn == null || !arn.contains(ASSUMED_ROLE)) {
            return arn;
        }
        int session = arn.indexOf('/', arn.indexOf(ASSUMED_ROLE) + ASSUMED_ROLE.length());
        return session < 0 ? arn : arn.substring(0, session);
    }
}
