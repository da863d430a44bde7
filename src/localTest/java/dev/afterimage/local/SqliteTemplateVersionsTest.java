package dev.afterimage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.afterimage.cache.ImageIndex.CacheUnavailableException;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.cache.TemplateVersionsContract;
import dev.afterimage.image.TemplateId;
import dev.afterimage.testing.MutableClock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SqliteTemplateVersionsTest extends TemplateVersionsContract {

    @RegisterExtension
    final OpenDatabase database = new OpenDatabase();

    private static final TemplateId HERO = new TemplateId("hero");

    private final MutableClock clock = MutableClock.atSomeTime();

    @Override
    protected TemplateVersions instance() {
        return versions();
    }

    private SqliteTemplateVersions versions() {
        return new SqliteTemplateVersions(database.get(), clock::nanoTime);
    }

    @Override
    protected void pass(Duration time) {
        clock.advance(time);
    }

    @Test
    void versionsAreReadAtMostOnceASecond() {
        SqliteTemplateVersions versions = versions();
        versions.current(HERO).join();
        database.execute("INSERT INTO template VALUES ('hero', 7)");

        clock.advance(Duration.ofMillis(999));
        assertThat(versions.current(HERO).join()).isZero();
        clock.advance(Duration.ofMillis(1));
        assertThat(versions.current(HERO).join()).isEqualTo(7);
    }

    @Test
    void aCallerWhoCancelsTakesNothingFromTheOthers() {
        SqliteTemplateVersions versions = versions();
        versions.current(HERO).cancel(true);

        assertThat(versions.current(HERO).join()).isZero();
    }

    @Test
    void versionsThatWereNeverReadAreAFailureAndNotZero() {
        database.execute("ALTER TABLE template RENAME TO hidden");
        SqliteTemplateVersions versions = versions();

        assertThatThrownBy(() -> versions.current(HERO).join()).hasCauseInstanceOf(CacheUnavailableException.class);
        assertThatExceptionOfType(CacheUnavailableException.class).isThrownBy(() -> versions.raise(HERO));

        database.execute("ALTER TABLE hidden RENAME TO template");
        assertThat(versions.current(HERO).join()).isZero();
    }

    @Test
    void versionsReadBeforeStayKnownWithoutTheDatabase() {
        SqliteTemplateVersions versions = versions();
        versions.raise(HERO);
        CompletableFuture<Long> before = versions.current(HERO);
        assertThat(before.join()).isEqualTo(1);
        database.execute("ALTER TABLE template RENAME TO hidden");
        clock.advance(Duration.ofMinutes(1));

        assertThat(versions.current(HERO).join()).isEqualTo(1);
        assertThat(versions.current(new TemplateId("other")).join()).isZero();
    }

    @Test
    void removedDirectoryRestoresNoFormerVersion() {
        SqliteTemplateVersions versions = versions();
        versions.raise(HERO);
        versions.raise(HERO);
        OpenDatabase.remove(database.directory());

        assertThat(versions.raise(HERO)).isEqualTo(3);
        assertThat(versions().current(HERO).join()).isEqualTo(3);
    }
}
