package dev.afterimage.filesystem;

import dev.afterimage.pregeneration.plan.CatalogueSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Catalogues on the local disk; a relative path counts from the working directory. */
public final class FileCatalogueSource implements CatalogueSource {

    @Override
    public OpenCatalogue open(String source) throws IOException {
        Path file = Path.of(source);
        String version =
                Files.size(file) + "-" + Files.getLastModifiedTime(file).toMillis();
        return new OpenCatalogue(Files.newInputStream(file), version);
    }
}
