/**
 * The adapters of the back end {@code local}, which keep everything in one directory, {@code afterimage.directory}. Not
 * part of the build for Lambda.
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
 * <p>Images are files, because a file can be served as it is. A file is written under another name and then renamed
 * ({@link dev.afterimage.local.AtomicFile}), so it is complete or not there, whenever a process is killed.
 */
@NullMarked
package dev.afterimage.local;

import org.jspecify.annotations.NullMarked;
