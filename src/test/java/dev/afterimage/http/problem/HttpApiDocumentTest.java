package dev.afterimage.http.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of errors in {@code docs/http-api.md} knows every problem that a client may meet. */
class HttpApiDocumentTest {

    @ParameterizedTest
    @EnumSource
    void everyProblemTypeHasARow(ProblemType type) throws IOException {
        String slug = type.uri().substring(ProblemType.BASE.length());

        assertThat(Files.readString(Path.of("docs/http-api.md")))
                .contains("| " + type.status() + " | `" + slug + "` |");
    }
}
