package dev.afterimage.http.auth;

import dev.afterimage.http.auth.AccessGate.Authenticator;
import dev.afterimage.http.auth.Client.Role;
import dev.afterimage.image.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The clients that have a key of this service, each known by the hash of the key: SHA-256, because a key is 256 random
 * bits. A slow hash is for passwords, which people choose and others guess.
 */
public final class CallerKeys {

    /** Marks the keys of this service, so that scanners for leaked secrets recognise them. */
    private static final String PREFIX = "afterimage_";

    private static final int KEY_BYTES = 32;
    private static final int MOST_HASHES = 2;
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._@-]{1,64}");

    private final List<Known> known = new ArrayList<>();

    /** One key that is honoured. */
    @SuppressWarnings("ArrayRecordComponent") // never compared but by its content, in constant time
    private record Known(byte[] hash, Client client) {}

    /**
     * Reads the clients of the configuration and of its key file.
     *
     * @throws IllegalArgumentException when one makes no sense; names the configuration key and says how to mend it
     */
    public CallerKeys(AuthConfig config) {
        Set<String> names = new HashSet<>();
        config.keys()
                .forEach((name, key) ->
                        add("afterimage.auth.keys.\"" + name + "\"", name, key.roles(), key.hash(), names));
        config.keyFile().ifPresent(file -> read(file, names));
        if (known.isEmpty()) {
            throw new IllegalArgumentException(
                    "Set afterimage.auth.keys.\"name\".hash and .roles, or afterimage.auth.key-file: afterimage.auth.mode is keys,"
                            + " and there is none. --new-key name role makes one.");
        }
    }

    /** The authenticator of mode {@code keys}. */
    public Authenticator authenticator() {
        return (context, token) -> CompletableFuture.completedFuture(token.flatMap(this::find));
    }

    /** The client with this key. Takes as long for every wrong key, however much of it is right. */
    Optional<Client> find(String key) {
        byte[] hash = Sha256.of(key);
        Client found = null;
        for (Known candidate : known) {
            if (MessageDigest.isEqual(candidate.hash(), hash)) {
                found = candidate.client();
            }
        }
        return Optional.ofNullable(found);
    }

    /** A new key, of 256 random bits. */
    public static String generate(RandomGenerator random) {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        return PREFIX + HexFormat.of().formatHex(bytes);
    }

    /** The hash of a key, as the configuration has it. */
    public static String hash(String key) {
        return HexFormat.of().formatHex(Sha256.of(key));
    }

    private void read(Path file, Set<String> names) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "Set afterimage.auth.key-file to a text file that can be read; " + file + " can't be: " + e, e);
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                readLine("afterimage.auth.key-file, line " + (i + 1), line, names);
            }
        }
    }

    private void readLine(String place, String line, Set<String> names) {
        String[] fields = line.split("\\s+", -1);
        if (fields.length != 3) {
            throw new IllegalArgumentException(
                    place + ": write a name, its roles and its hashes, such as: shop ask,batch 2c26b4…");
        }
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String role : fields[1].split(",", -1)) {
            roles.add(role(place, role));
        }
        add(place, fields[0], roles, List.of(fields[2].split(",", -1)), names);
    }

    /**
     * The role of this name.
     *
     * @param place where the name was read, for the message
     */
    public static Role role(String place, String name) {
        for (Role role : Role.values()) {
            if (role.name().toLowerCase(Locale.ROOT).equals(name)) {
                return role;
            }
        }
        throw new IllegalArgumentException(
                place + ": there is no role " + name + "; there are ask, batch and operate.");
    }

    private void add(String place, String name, Set<Role> roles, List<String> hashes, Set<String> names) {
        if (!NAME.matcher(name).matches() || !names.add(name)) {
            throw new IllegalArgumentException(
                    place + ": name each client once, with 1 to 64 letters, digits or . _ @ -");
        }
        if (roles.isEmpty() || hashes.isEmpty() || hashes.size() > MOST_HASHES) {
            throw new IllegalArgumentException(place + ": give one role or more, and one hash or two.");
        }
        Client client = Client.named(name, roles);
        for (String text : hashes) {
            String lower = text.toLowerCase(Locale.ROOT);
            if (!HASH.matcher(lower).matches()) {
                throw new IllegalArgumentException(
                        place
                                + ": the hash of a key is its SHA-256 in 64 hexadecimal digits. --new-key name role makes one.");
            }
            byte[] hash = HexFormat.of().parseHex(lower);
            if (known.stream().anyMatch(other -> MessageDigest.isEqual(other.hash(), hash))) {
                throw new IllegalArgumentException(
                        place
                                + ": this hash is set already, for this client or another one; each key has a hash of its own.");
            }
            known.add(new Known(hash, client));
        }
    }
}
