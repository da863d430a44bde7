/**
 * Everything in one directory, {@code afterimage.directory}: what {@code local} runs on. Not part of the build for Lambda.
 *
 * <pre>
 * afterimage.db        all but the images             Database (tables: Schema)
 * images/3fa/3fa9…     one image behind its entry     FileImageStore
 * notes/…              short texts beside the images  FileImageStore
 * delivery-key.pem     the key that signs URLs        PemKeyFile
 * lock                 who works here                 DirectoryLock
 * locks/               one empty file a lock          FileMutex
 * tmp/                 files that are being written   DataDirectory
 * </pre>
 *
 * <p>Images stay files, because a file is served as it lies. A file is written aside and renamed into place
 * ({@link dev.afterimage.local.AtomicFile}), so it is there whole or not at all, whenever a process is killed.
 */
@NullMarked
package dev.afterimage.local;

import org.jspecify.annotations.NullMarked;
