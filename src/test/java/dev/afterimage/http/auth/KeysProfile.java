package dev.afterimage.http.auth;

import dev.afterimage.http.FakeCore;
import dev.afterimage.testing.Configs;
import java.util.HashMap;
import java.util.Map;

/** The HTTP edge with keys: a client for each role, another for batches, and one who may do everything. */
public class KeysProfile extends FakeCore {

    static final String ASK = "afterimage_ask";
    static final String BATCH = "afterimage_batch";
    static final String OTHER_BATCH = "afterimage_other";
    static final String OPERATE = "afterimage_operate";

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> all = new HashMap<>(super.getConfigOverrides());
        all.put("afterimage.auth.mode", "keys");
        all.put("afterimage.console.enabled", "true");
        client(all, "shop", ASK, "ask");
        client(all, "nightly", BATCH, "batch");
        client(all, "weekly", OTHER_BATCH, "batch");
        client(all, "ops", OPERATE, "operate");
        return all;
    }

    /** What is read of these settings. */
    static AuthConfig config(Map<String, String> settings) {
        return Configs.of(AuthConfig.class, settings);
    }

    private static void client(Map<String, String> all, String name, String key, String roles) {
        all.put("afterimage.auth.keys.\"" + name + "\".hash", CallerKeys.hash(key));
        all.put("afterimage.auth.keys.\"" + name + "\".roles", roles);
    }
}
