package dev.afterimage.http.auth;

import static dev.afterimage.http.auth.Client.Role.ASK;
import static dev.afterimage.http.auth.Client.Role.BATCH;
import static dev.afterimage.http.auth.Client.Role.OPERATE;

import dev.afterimage.http.auth.Client.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The roles that each route needs, all in one place. A route that is not named here is the operator's, so that a new
 * one is never open by accident.
 */
public final class RouteRoles {

    private static final Set<Role> OPEN = Set.of();
    private static final Set<Role> UNNAMED = Set.of(OPERATE);

    private static final String CONTENT = "/v1/images/{key}/content";
    private static final String DESCRIPTION = "/q/openapi";

    private static final List<Rule> RULES = List.of(
            new Rule("POST", "/v1/images", Set.of(ASK)),
            new Rule("POST", "/v1/images/generations", Set.of(ASK)),
            new Rule("GET", "/v1/images/{key}", Set.of(ASK)),
            new Rule("GET", CONTENT, Set.of(ASK)),
            new Rule("DELETE", "/v1/images/{key}", Set.of(OPERATE)),
            new Rule("POST", "/v1/links", Set.of(ASK)),
            new Rule("POST", "/v1/batches", Set.of(BATCH)),
            new Rule("POST", "/v1/batches/uploads", Set.of(BATCH)),
            new Rule("GET", "/v1/batches/{id}", Set.of(BATCH, OPERATE)),
            new Rule("DELETE", "/v1/batches/{id}", Set.of(BATCH, OPERATE)),
            new Rule("GET", "/v1/batches/{id}/events", Set.of(BATCH, OPERATE)),
            new Rule("GET", "/v1/batches/{id}/images", Set.of(BATCH, OPERATE)),
            new Rule("POST", "/v1/catalogues/{id}", Set.of(OPERATE)),
            new Rule("POST", "/v1/templates/{template}/purge", Set.of(OPERATE)),
            new Rule("GET", "/v1/receipts", Set.of(OPERATE)),
            new Rule("GET", "/v1/usage", Set.of(OPERATE)),
            new Rule("DELETE", "/v1/receipts/{key}", Set.of(OPERATE)),
            new Rule("POST", "/v1/dead-letters/redrive", Set.of(OPERATE)),
            new Rule("GET", "/v1/stats", Set.of(OPERATE)),
            new Rule("GET", "/q/metrics", Set.of(OPERATE)),
            new Rule("GET", "/", Set.of(OPERATE)),
            new Rule("GET", "/console/{file}", Set.of(OPERATE)),
            new Rule("GET", DESCRIPTION, Set.of(ASK, BATCH, OPERATE)),
            new Rule("GET", DESCRIPTION + ".json", Set.of(ASK, BATCH, OPERATE)),
            new Rule("GET", DESCRIPTION + ".yaml", Set.of(ASK, BATCH, OPERATE)),
            new Rule("GET", DESCRIPTION + ".yml", Set.of(ASK, BATCH, OPERATE)),
            // A signature in the URL proves that a client with the role has asked for it.
            new Rule("GET", "/i/{name}", OPEN),
            new Rule("POST", "/v1/provider-webhooks/{key}/{signature}", OPEN),
            new Rule("GET", "/cdn/images/{key}", OPEN),
            new Rule("GET", "/q/health", OPEN),
            new Rule("GET", "/q/health/*", OPEN),
            // The answer says only which methods a path has, as the API's description does; browsers send no key with
            // it. Elsewhere OPTIONS is not open: Quarkus' routes below /q answer it with what they answer to GET.
            new Rule("OPTIONS", "/v1/*", OPEN));

    private final List<Rule> rules;
    /** The rules whose path has no variable part, by path: most requests need no other. */
    private final Map<String, List<Rule>> plain;

    /**
     * One row of the table.
     *
     * @param path its segments; {@code {name}} stands for any one segment, a last {@code *} for all that follow
     * @param roles any one of these opens it; empty where it is open to all
     */
    record Rule(String method, List<String> path, Set<Role> roles) {

        Rule(String method, String path, Set<Role> roles) {
            this(method, segments(path), roles);
        }

        boolean matches(String otherMethod, List<String> segments) {
            boolean hasRest = path.getLast().equals("*");
            if (!method.equals(otherMethod)
                    || (hasRest ? segments.size() < path.size() : segments.size() != path.size())) {
                return false;
            }
            for (int i = 0; i < path.size() - (hasRest ? 1 : 0); i++) {
                if (!path.get(i).startsWith("{") && !path.get(i).equals(segments.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    /** The table, in which image content and API description are open to all where the configuration says so. */
    public RouteRoles(AuthConfig config) {
        List<Rule> changed = new ArrayList<>();
        for (Rule rule : RULES) {
            String path = "/" + String.join("/", rule.path());
            boolean opened = (config.openContent() && path.equals(CONTENT))
                    || (config.openDescription() && path.startsWith(DESCRIPTION));
            changed.add(opened ? new Rule(rule.method(), rule.path(), OPEN) : rule);
        }
        rules = List.copyOf(changed);
        plain = rules.stream()
                .filter(rule -> rule.path().stream().noneMatch(part -> part.startsWith("{") || part.equals("*")))
                .collect(Collectors.groupingBy(rule -> "/" + String.join("/", rule.path())));
    }

    /**
     * The roles any of which opens a route; empty when it is open to all.
     *
     * @param path normalised, as the router sees it
     */
    public Set<Role> of(String method, String path) {
        return rule(method, path).map(Rule::roles).orElse(UNNAMED);
    }

    /** The row for a route; empty when it is not named. */
    Optional<Rule> rule(String method, String path) {
        String asked = method.equals("HEAD") ? "GET" : method;
        for (Rule rule : plain.getOrDefault(path, List.of())) {
            if (rule.method().equals(asked)) {
                return Optional.of(rule);
            }
        }
        List<String> segments = segments(path);
        return rules.stream().filter(rule -> rule.matches(asked, segments)).findFirst();
    }

    /**
     * The methods that a path offers, in alphabetical order, for the {@code Allow} header (RFC 9110, section 10.2.1); empty
     * when there is no such path. As in the router, a path without a variable part goes before one that has some.
     */
    public static SortedSet<String> methodsOf(String path) {
        List<String> asked = segments(path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
        SortedSet<String> methods = methods(rule -> rule.path().equals(asked));
        if (methods.isEmpty()) {
            methods = methods(rule -> rule.matches(rule.method(), asked));
        }
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        if (!methods.isEmpty()) {
            methods.add("OPTIONS");
        }
        return methods;
    }

    private static SortedSet<String> methods(Predicate<Rule> isOfPath) {
        return RULES.stream()
                .filter(rule -> !rule.method().equals("OPTIONS") && isOfPath.test(rule))
                .map(Rule::method)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    List<Rule> rules() {
        return rules;
    }

    private static List<String> segments(String path) {
        return Arrays.asList(path.substring(path.startsWith("/") ? 1 : 0).split("/", -1));
    }
}
