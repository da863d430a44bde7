package dev.afterimage.http.problem;

/**
 * The kinds of problem that clients can tell apart. The {@code type} is {@value #BASE} and the slug. It never changes, because
 * it is a name to compare and not an address to fetch (RFC 9457, section 3.1.1).
 */
public enum ProblemType {
    INVALID_REQUEST("invalid-request", 400, "The request cannot be understood"),
    TEMPLATE_UNDECLARED("template-undeclared", 400, "The template is not declared"),
    AUTHENTICATION_REQUIRED("authentication-required", 401, "The request needs a key or a token"),
    ROLE_MISSING("role-missing", 403, "The sender may not do this"),
    ORIGIN_REFUSED("origin-refused", 403, "A page of another site may not do this"),
    URL_REFUSED("url-refused", 403, "The signed URL is not honoured"),
    NOT_FOUND("not-found", 404, "There is nothing at this path"),
    IMAGE_NOT_FOUND("image-not-found", 404, "There is no such image"),
    RECEIPT_NOT_FOUND("receipt-not-found", 404, "There is no such receipt"),
    BATCH_NOT_FOUND("batch-not-found", 404, "There is no such batch"),
    UPLOAD_NOT_FOUND("upload-not-found", 404, "There is no such upload"),
    CATALOGUE_NOT_FOUND("catalogue-not-found", 404, "There is no such catalogue"),
    METHOD_NOT_ALLOWED("method-not-allowed", 405, "This path does not offer that method"),
    NOT_ACCEPTABLE("not-acceptable", 406, "The answer does not exist in an accepted media type"),
    REQUEST_TIMEOUT("request-timeout", 408, "The body did not arrive in time"),
    IDEMPOTENCY_KEY_IN_USE("idempotency-key-in-use", 409, "The first request with this key is still running"),
    DELETED("deleted-meanwhile", 409, "The image was deleted while it was being made"),
    BODY_TOO_LARGE("body-too-large", 413, "The body is too large"),
    ANSWER_TOO_LARGE("answer-too-large", 413, "The answer would be too large"),
    UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, "The body's media type or encoding is not supported"),
    RANGE_NOT_SATISFIABLE("range-not-satisfiable", 416, "The image ends before the range begins"),
    HOST_REFUSED("host-refused", 421, "The service does not go by this name"),
    TEMPLATE_REJECTED("template-rejected", 422, "The provider does not know the template"),
    MODERATED("moderated", 422, "The provider's moderation refused the data"),
    DATA_REJECTED("data-rejected", 422, "The provider cannot fill the template with this data"),
    IDEMPOTENCY_KEY_REUSED("idempotency-key-reused", 422, "The key belongs to another request"),
    CATALOGUE_UNREADABLE("catalogue-unreadable", 422, "The catalogue cannot be read"),
    QUOTA_EXCEEDED("quota-exceeded", 429, "The caller's quota is used up"),
    TOO_MANY_WRONG_KEYS("too-many-wrong-keys", 429, "Too many wrong keys"),
    INTERNAL_ERROR("internal-error", 500, "The service failed"),
    NOT_AN_IMAGE("not-an-image", 502, "The provider answered without an image"),
    ACCESS_REFUSED("access-refused", 503, "The provider refuses this service"),
    OUT_OF_CREDITS("out-of-credits", 503, "The credits at the provider are used up"),
    PROVIDER_THROTTLED("provider-throttled", 503, "The provider is asked as fast as it allows"),
    PROVIDER_UNAVAILABLE("provider-unavailable", 503, "The provider cannot be reached"),
    OUTCOME_UNKNOWN("outcome-unknown", 503, "The image may have been billed, and none came that can be used"),
    SIGNING_KEY_MISSING("signing-key-missing", 503, "The service cannot sign URLs"),
    IMAGE_PENDING("image-pending", 503, "The image is not ready yet"),
    IDENTITY_UNAVAILABLE("identity-unavailable", 503, "The identity provider cannot be reached"),
    SHUTTING_DOWN("shutting-down", 503, "This instance is being stopped"),
    BUSY("busy", 503, "Too many large answers are under way"),
    STORAGE_UNAVAILABLE("storage-unavailable", 503, "The storage cannot be used"),
    /**
     * Answered a second after the deadline, or after the longer wait that the request asked for, and by the function on AWS
     * when the end of the invocation comes before the answer.
     */
    OUT_OF_TIME("out-of-time", 503, "The service ran out of time"),
    /** Answered by the function on AWS only, to a sender of events that it does not serve. */
    EVENT_NOT_SERVED("event-not-served", 501, "The service is not set up for this sender");

    static final String BASE = "https://afterimage.dev/problems/";

    private final String slug;
    private final int status;
    private final String title;

    ProblemType(String slug, int status, String title) {
        this.slug = slug;
        this.status = status;
        this.title = title;
    }

    /** The {@code type} member. */
    public String uri() {
        return BASE + slug;
    }

    public int status() {
        return status;
    }

    /** The {@code title} member: the same for every occurrence. */
    public String title() {
        return title;
    }
}
