package dev.afterimage.redis;

import dev.afterimage.cache.ImageIndex;
import dev.afterimage.cache.ImageIndexContract;
import dev.afterimage.testing.RedisProcess;
import org.junit.jupiter.api.AutoClose;

class RedisImageIndexTest extends ImageIndexContract {

    @AutoClose
    private final RedisClients clients = new RedisClients();

    private final ImageIndex index =
            new RedisImageIndex(clients.link(RedisProcess.shared().url()), clients.settings());

    @Override
    protected ImageIndex index() {
        return index;
    }

    @Override
    protected boolean keepsUrls() {
        return true;
    }
}
