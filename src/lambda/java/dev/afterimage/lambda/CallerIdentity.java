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
 * or role. A role's sessions are one caller: whoever takes it chooses their name, and would have a quota for each. Quarkus' own provider knows only Cognito's user names, which tokens of other issuers, and of machines, don't
 * have.
 */
@Singleton
final class CallerIdentity implements LambdaIdentityProvider {

    @Override
    public SecurityIdentity authenticate(APIGatewayV2HTTPEvent event) {
        String subject = subject(event.getRequestContext().getAuthorizer());
        return subject == null || subject.isBlank()
                ? QuarkusSecurityIdentity.builder().setAnonymous(true).build()
                : QuarkusSecurityIdentity.builder()
                        .setPrincipal(new QuarkusPrincipal(subject))
                        .build();
    }

    private static @Nullable String subject(@Nullable Authorizer authorizer) {
        if (authorizer == null) {
            return null;
        }
        if (authorizer.getJwt() != null && authorizer.getJwt().getClaims() != null) {
            return authorizer.getJwt().getClaims().get("sub");
        }
        return authorizer.getIam() == null ? null : role(authorizer.getIam().getUserArn());
    }

    /** {@code arn:aws:sts::1:assumed-role/name/session} without the session; other ARNs as they are. */
    private static @Nullable String role(@Nullable String arn) {
        if (arn == null || !arn.contains(":assumed-role/")) {
            return arn;
        }
        int session = arn.lastIndexOf('/');
        return arn.substring(0, session);
    }
}
