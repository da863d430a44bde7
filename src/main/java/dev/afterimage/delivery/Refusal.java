package dev.afterimage.delivery;

/** Why a signed URL is refused, in words that help its owner and tell an attacker nothing new. */
public enum Refusal {
    MISSING("The URL is not signed: it needs Expires, Signature and Key-Pair-Id. Ask the service for a signed URL."),
    REPEATED("The URL holds Expires, Signature or Key-Pair-Id more than once."),
    CUSTOM_POLICY("The URL is signed with a custom policy; only canned policies are used here."),
    MALFORMED("Expires or Signature is damaged; the URL was probably cut or re-encoded on its way."),
    UNKNOWN_KEY(
            "The URL is signed with a key that is not, or no longer, accepted here. Ask the service for a new URL."),
    EXPIRED("The URL has expired. Ask the service for a new one."),
    WRONG_SIGNATURE("The signature does not fit this URL: it was made for another one, or either was changed.");

    private final String detail;

    Refusal(String detail) {
        this.detail = detail;
    }

    public String detail() {
        return detail;
    }
}
