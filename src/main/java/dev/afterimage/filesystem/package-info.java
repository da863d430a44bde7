/**
 * Everything in one directory, {@code afterimage.directory}: what {@code local} runs on, shared by any number of processes
 * of one machine.
 *
 * <pre>
 * index/3fa/3fa9…      one entry, a line                  FilesystemIndex
 * images/3fa/3fa9…     one picture behind its entry       FilesystemStore
 * templates/hero.51d…  a template's version               FilesystemTemplateVersions
 * credits/2026-11      the credits used in a month        FilesystemCreditBudget
 * queue/…              jobs that wait                     FilesystemJobQueue (see SegmentFolders)
 * pending/3fa/3fa9…    what the queue has promised        FilesystemPendingMarks
 * batches/01j…/        the fates of a batch's rows        FilesystemBatchLedger
 * requests/…           which request made which batch     FilesystemBatchLedger
 * checkpoints/…        how far a catalogue was planned    FilesystemCheckpoints
 * delivery-key.pem     the key that signs URLs            PemKeyFile
 * locks/               one empty file a lock              FileMutex
 * tmp/                 files that are being written       TemporaryFolder
 * </pre>
 *
 * <p>A file is written aside and renamed into place ({@link dev.afterimage.filesystem.AtomicFile}), so it is there whole or
 * not at all, whenever a process is killed. What reads before it writes does so under a
 * {@link dev.afterimage.filesystem.FileMutex}, which the operating system takes back from a dead process. No picture
 * or entry is ever listed, so a million of them cost nothing at start-up.
 */
@NullMarked
package dev.afterimage.filesystem;

import org.jspecify.annotations.NullMarked;
