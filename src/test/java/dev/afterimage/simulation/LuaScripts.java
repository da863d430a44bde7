package dev.afterimage.simulation;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.luaj.vm2.Globals;
import org.luaj.vm2.LoadState;
import org.luaj.vm2.LuaError;
import org.luaj.vm2.LuaTable;
import org.luaj.vm2.LuaValue;
import org.luaj.vm2.Varargs;
import org.luaj.vm2.compiler.LuaC;
import org.luaj.vm2.lib.OneArgFunction;
import org.luaj.vm2.lib.PackageLib;
import org.luaj.vm2.lib.StringLib;
import org.luaj.vm2.lib.TableLib;
import org.luaj.vm2.lib.VarArgFunction;
import org.luaj.vm2.lib.jse.JseBaseLib;
import org.luaj.vm2.lib.jse.JseMathLib;

/**
 * Runs the service's own Lua scripts, with Redis' rules for arguments and answers: numbers lose their fraction on the
 * way out and are written with 17 digits on the way in, nil is false, an answer ends at its first nil. The interpreter
 * speaks Lua 5.2 where Redis speaks 5.1; the functions that differ in what the scripts use are replaced.
 */
final class LuaScripts {

    private static final ThreadLocal<LuaScripts> OF_THREAD = ThreadLocal.withInitial(LuaScripts::new);

    private final Globals globals = new Globals();
    private final Map<String, LuaValue> compiled = new HashMap<>();
    private Function<List<String>, Object> redis = command -> null;

    private LuaScripts() {
        globals.load(new JseBaseLib());
        globals.load(new PackageLib());
        globals.load(new TableLib());
        globals.load(new StringLib());
        globals.load(new JseMathLib());
        LoadState.install(globals);
        LuaC.install(globals);
        globals.set("unpack", globals.get("table").get("unpack"));
        globals.get("string").set("format", new Format());
        globals.set("tostring", new ToString(globals.get("tostring")));
        LuaTable library = new LuaTable();
        library.set("call", new Call());
        globals.set("redis", library);
    }

    /** The interpreter of the calling thread: one runs one script at a time. */
    static LuaScripts ofThisThread() {
        return OF_THREAD.get();
    }

    void learn(String sha, String source) {
        compiled.computeIfAbsent(sha, missing -> globals.load(source, sha));
    }

    Object run(String sha, List<String> keys, List<String> arguments, Function<List<String>, Object> server) {
        redis = server;
        globals.set("KEYS", table(keys));
        globals.set("ARGV", table(arguments));
        try {
            return answer(compiled.get(sha).call());
        } catch (LuaError failed) {
            throw new RedisModel.Refusal("ERR Error running script: " + failed.getMessage());
        }
    }

    static String sha1(String source) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            return HexFormat.of().formatHex(digest.digest(source.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** C's {@code %.17g}. */
    static String text17(double number) {
        return general(number, 17);
    }

    private static String general(double number, int digits) {
        if (number == Math.rint(number) && Math.abs(number) < Math.pow(10, Math.min(digits, 15))) {
            return Long.toString((long) number);
        }
        BigDecimal rounded = new BigDecimal(number).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent >= -5 && exponent < digits) {
            return rounded.scale() > 0 ? rounded.stripTrailingZeros().toPlainString() : rounded.toPlainString();
        }
        BigDecimal mantissa = rounded.scaleByPowerOfTen(-exponent).stripTrailingZeros();
        return mantissa.toPlainString() + "e" + (exponent < 0 ? "-" : "+") + "%02d".formatted(Math.abs(exponent));
    }

    private static LuaTable table(List<String> values) {
        LuaTable table = new LuaTable(values.size(), 0);
        for (int i = 0; i < values.size(); i++) {
            table.set(i + 1, LuaValue.valueOf(values.get(i)));
        }
        return table;
    }

    private static LuaValue toLua(Object answer) {
        return switch (answer) {
            case null -> LuaValue.FALSE;
            case Long number -> LuaValue.valueOf((double) number);
            case String text -> LuaValue.valueOf(text);
            case RedisModel.Status status -> {
                LuaTable table = new LuaTable();
                table.set("ok", status.text());
                yield table;
            }
            case List<?> list -> {
                LuaTable table = new LuaTable(list.size(), 0);
                for (int i = 0; i < list.size(); i++) {
                    table.set(i + 1, toLua(list.get(i)));
                }
                yield table;
            }
            default -> throw new IllegalStateException("Redis answers no " + answer.getClass());
        };
    }

    private static Object answer(LuaValue value) {
        return switch (value.type()) {
            case LuaValue.TNUMBER -> (long) value.todouble();
            case LuaValue.TSTRING -> value.tojstring();
            case LuaValue.TBOOLEAN -> value.toboolean() ? 1L : null;
            case LuaValue.TTABLE -> {
                if (!value.get("err").isnil()) {
                    throw new RedisModel.Refusal(value.get("err").tojstring());
                }
                if (!value.get("ok").isnil()) {
                    yield new RedisModel.Status(value.get("ok").tojstring());
                }
                List<Object> list = new ArrayList<>();
                for (int i = 1; !value.get(i).isnil(); i++) {
                    list.add(answer(value.get(i)));
                }
                yield list;
            }
            default -> null;
        };
    }

    private final class Call extends VarArgFunction {
        @Override
        public Varargs invoke(Varargs arguments) {
            List<String> command = new ArrayList<>(arguments.narg());
            for (int i = 1; i <= arguments.narg(); i++) {
                LuaValue argument = arguments.arg(i);
                switch (argument.type()) {
                    case LuaValue.TNUMBER -> command.add(text17(argument.todouble()));
                    case LuaValue.TSTRING -> command.add(argument.tojstring());
                    default -> throw new LuaError("Lua redis() command arguments must be strings or integers");
                }
            }
            try {
                return toLua(redis.apply(command));
            } catch (RedisModel.Refusal refusal) {
                throw new LuaError(refusal.getMessage());
            }
        }
    }

    /** Only what the scripts use: {@code %.0f}, {@code %d} and {@code %s}. */
    private static final class Format extends VarArgFunction {
        @Override
        public Varargs invoke(Varargs arguments) {
            String form = arguments.checkjstring(1);
            StringBuilder text = new StringBuilder();
            int next = 2;
            for (int i = 0; i < form.length(); i++) {
                if (form.charAt(i) != '%') {
                    text.append(form.charAt(i));
                } else if (form.startsWith("%.0f", i)) {
                    text.append(new BigDecimal(arguments.checkdouble(next++))
                            .setScale(0, RoundingMode.HALF_EVEN)
                            .toPlainString());
                    i += 3;
                } else if (form.startsWith("%d", i)) {
                    text.append((long) arguments.checkdouble(next++));
                    i++;
                } else if (form.startsWith("%s", i)) {
                    text.append(arguments.arg(next++).tojstring());
                    i++;
                } else {
                    throw new LuaError("the simulated interpreter does not know this format: " + form);
                }
            }
            return LuaValue.valueOf(text.toString());
        }
    }

    private static final class ToString extends OneArgFunction {
        private final LuaValue original;

        private ToString(LuaValue original) {
            this.original = original;
        }

        @Override
        public LuaValue call(LuaValue value) {
            return value.type() == LuaValue.TNUMBER
                    ? LuaValue.valueOf(general(value.todouble(), 14))
                    : original.call(value);
        }
    }
}
