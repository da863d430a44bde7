package dev.afterimage.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.erdtman.jcs.JsonCanonicalizer;

/** Equal documents have one canonical form and one key, different ones have two, whatever they look like. */
class CanonicalJsonPropertiesTest {

    private final KeyScheme keys = new KeyScheme(ProviderIdentity.builtIn("demo"));

    private ImageKey key(String data) {
        return keys.keyOf(new ImageRequest(new TemplateId("t"), TemplateData.of(data), ImageFormat.PNG), 0);
    }

    @Property(tries = 200)
    void oneDocumentSpelledInTwoWaysHasOneKey(
            @ForAll("documents") Map<String, Object> document, @ForAll long one, @ForAll long other) {
        assertThat(key(new Spelling(new Random(one)).write(document)))
                .isEqualTo(key(new Spelling(new Random(other)).write(document)));
    }

    @Property(tries = 200)
    void differentDocumentsHaveDifferentKeys(
            @ForAll("documents") Map<String, Object> one,
            @ForAll("documents") Map<String, Object> other,
            @ForAll long seed) {
        Assume.that(!one.equals(other));
        Spelling spelling = new Spelling(new Random(seed));
        assertThat(key(spelling.write(one))).isNotEqualTo(key(spelling.write(other)));
    }

    @Property(tries = 200)
    void aChangeAnywhereInADocumentChangesItsKey(@ForAll("documents") Map<String, Object> document, @ForAll long seed) {
        Assume.that(!document.isEmpty());
        Spelling spelling = new Spelling(new Random(seed));
        Object changed = Change.oneLeafOf(document, new Random(seed));
        assertThat(key(spelling.write(changed))).isNotEqualTo(key(spelling.write(document)));
    }

    @Property(tries = 200)
    void dataOverDefaultsIsTheUnionOfBoth(
            @ForAll("documents") Map<String, Object> document,
            @ForAll("documents") Map<String, Object> defaults,
            @ForAll long seed) {
        Spelling spelling = new Spelling(new Random(seed));
        Map<String, Object> union = new LinkedHashMap<>(defaults);
        union.putAll(document);
        assertThat(TemplateData.of(spelling.write(document)).over(TemplateData.of(spelling.write(defaults))))
                .isEqualTo(TemplateData.of(spelling.write(union)));
    }

    @Property(tries = 200)
    void theCanonicalFormIsAFixedPoint(@ForAll("documents") Map<String, Object> document, @ForAll long seed) {
        String canonical =
                TemplateData.of(new Spelling(new Random(seed)).write(document)).json();
        assertThat(TemplateData.of(canonical).json()).isEqualTo(canonical);
    }

    /** Without subnormal numbers, which the reference writes wrongly; {@link CanonicalNumberTest} has them. */
    @Property(tries = 200)
    void theReferenceImplementationAgrees(@ForAll("documents") Map<String, Object> document, @ForAll long seed)
            throws IOException {
        Assume.that(!holdsSubnormals(document));
        String json = new Spelling(new Random(seed)).write(document);
        assertThat(TemplateData.of(json).json()).isEqualTo(new JsonCanonicalizer(json).getEncodedString());
    }

    private static boolean holdsSubnormals(Object value) {
        return switch (value) {
            case Map<?, ?> map -> map.values().stream().anyMatch(CanonicalJsonPropertiesTest::holdsSubnormals);
            case List<?> list -> list.stream().anyMatch(CanonicalJsonPropertiesTest::holdsSubnormals);
            case Double number -> number != 0 && Math.abs(number) < Double.MIN_NORMAL;
            default -> false;
        };
    }

    @Provide
    Arbitrary<Map<String, Object>> documents() {
        return objects(3);
    }

    private static Arbitrary<Map<String, Object>> objects(int depth) {
        return Arbitraries.maps(strings(), values(depth)).ofMaxSize(4);
    }

    private static Arbitrary<Object> values(int depth) {
        Arbitrary<Object> leaves = Arbitraries.oneOf(
                strings().map(Object.class::cast),
                numbers().map(Object.class::cast),
                Arbitraries.of(true, false, "null"));
        return depth == 0
                ? leaves
                : Arbitraries.frequencyOf(
                        net.jqwik.api.Tuple.of(4, leaves),
                        net.jqwik.api.Tuple.of(
                                1, values(depth - 1).list().ofMaxSize(4).map(Object.class::cast)),
                        net.jqwik.api.Tuple.of(1, objects(depth - 1).map(Object.class::cast)));
    }

    /** Text that is text: any characters but halves of pairs. */
    private static Arbitrary<String> strings() {
        return Arbitraries.strings()
                .ofMaxLength(8)
                .filter(text -> text.codePoints().noneMatch(c -> c <= 0xFFFF && Character.isSurrogate((char) c)));
    }

    /** Doubles of every size; zero has one sign in JSON. */
    private static Arbitrary<Double> numbers() {
        return Arbitraries.oneOf(
                        Arbitraries.integers().map(Integer::doubleValue),
                        Arbitraries.doubles(),
                        Arbitraries.longs().map(Double::longBitsToDouble).filter(Double::isFinite))
                .map(number -> number == 0 ? 0.0 : number);
    }

    /** Writes one document in a way that depends on chance: order, white space, escapes, the form of numbers. */
    private record Spelling(Random random) {

        String write(Object value) {
            return switch (value) {
                case Map<?, ?> map -> object(map);
                case List<?> list ->
                    "["
                            + String.join(
                                    space() + "," + space(),
                                    list.stream().map(this::write).toList()) + space() + "]";
                case String text -> string(text);
                case Double number -> number(number);
                default -> value.toString();
            };
        }

        private String object(Map<?, ?> map) {
            List<String> members = new ArrayList<>();
            map.forEach((name, value) ->
                    members.add(space() + string(name.toString()) + space() + ":" + space() + write(value) + space()));
            Collections.shuffle(members, random);
            return "{" + space() + String.join(",", members) + "}";
        }

        private String string(String text) {
            StringBuilder out = new StringBuilder("\"");
            for (char c : text.toCharArray()) {
                if (c < ' ' || c == '"' || c == '\\' || random.nextInt(4) == 0) {
                    String hex = String.format("%04x", (int) c);
                    out.append("\\u").append(random.nextBoolean() ? hex : hex.toUpperCase(java.util.Locale.ROOT));
                } else {
                    out.append(c);
                }
            }
            return out.append('"').toString();
        }

        private String number(double number) {
            BigDecimal exact = new BigDecimal(Double.toString(number));
            return switch (random.nextInt(4)) {
                case 0 -> Double.toString(number);
                case 1 -> exact.toString() + (exact.toString().contains("E") ? "" : exact.scale() > 0 ? "00" : ".0");
                case 2 -> exact.unscaledValue() + (random.nextBoolean() ? "e" : "E") + -exact.scale();
                default -> exact.setScale(exact.scale() + 1).unscaledValue() + ".0e" + -(exact.scale() + 1);
            };
        }

        private String space() {
            return switch (random.nextInt(6)) {
                case 0 -> " ";
                case 1 -> "\n\t";
                case 2 -> "\r ";
                default -> "";
            };
        }
    }

    /** Changes one value somewhere in a document, as deep as chance goes. */
    private static final class Change {

        static Object oneLeafOf(Object value, Random random) {
            return switch (value) {
                case Map<?, ?> map
                when !map.isEmpty() -> {
                    Map<Object, Object> copy = new LinkedHashMap<>(map);
                    Object name = new ArrayList<>(copy.keySet()).get(random.nextInt(copy.size()));
                    copy.put(name, oneLeafOf(copy.get(name), random));
                    yield copy;
                }
                case List<?> list
                when !list.isEmpty() -> {
                    List<Object> copy = new ArrayList<>(list);
                    int place = random.nextInt(copy.size());
                    copy.set(place, oneLeafOf(copy.get(place), random));
                    yield copy;
                }
                case String text -> text + "x";
                case Double number -> number == 0 ? 1.0 : -number;
                case Boolean truth -> !truth;
                default -> "changed";
            };
        }
    }
}
