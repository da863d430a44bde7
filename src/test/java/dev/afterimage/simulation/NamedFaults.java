package dev.afterimage.simulation;

import dev.afterimage.batch.BatchLedger;
import dev.afterimage.cache.Horizon;
import dev.afterimage.cache.TemplateVersions;
import dev.afterimage.delivery.UrlSigner;
import dev.afterimage.delivery.UrlSigner.SignedUrl;
import dev.afterimage.generation.GenerationException.AccessRefusedException;
import dev.afterimage.generation.GenerationException.RejectedException;
import dev.afterimage.generation.ImageGenerator;
import dev.afterimage.image.ImageKey;
import dev.afterimage.image.TemplateId;
import dev.afterimage.jobs.BatchRows.RowResult;
import dev.afterimage.jobs.Job;
import dev.afterimage.jobs.JobQueue;
import dev.afterimage.jobs.JobQueue.Claim;
import dev.afterimage.jobs.PendingKeys;
import dev.afterimage.limit.CallOutcome;
import dev.afterimage.limit.CreditBudget;
import dev.afterimage.limit.ProviderLimiter;
import dev.afterimage.limit.Purchase;
import dev.afterimage.limit.Receipts;
import dev.afterimage.pipeline.GenerationRequest;
import dev.afterimage.pipeline.ImageService;
import dev.afterimage.store.ImageStore;
import dev.afterimage.store.ImageStore.StoreUnavailableException;
import dev.afterimage.time.Deadline;
import dev.afterimage.wiring.WiredProcess.Flaw;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Mistakes that the service once made, or could make. Each is put back alone, for the simulation to find. */
enum NamedFaults implements Flaw {

    /** Only the lease keeps two from buying, and a lease ends while its holder stands still. */
    A_LEASE_IS_TAKEN_FOR_PROOF("law 1: (two calls of one key at once|bought again while its receipt stands)") {
        @Override
        public ProviderLimiter limiter(ProviderLimiter right) {
            return intercepted(ProviderLimiter.class, right, (method, arguments, proceed) -> {
                if (method.equals("depart")) {
                    arguments[1] = ofNoKey((Purchase) arguments[1], arguments[0].hashCode());
                }
                return proceed.call();
            });
        }

        @Override
        public Receipts receipts(Receipts right) {
            return intercepted(
                    Receipts.class,
                    right,
                    (method, arguments, proceed) -> method.equals("refusal") ? Optional.empty() : proceed.call());
        }
    },

    AN_UNKNOWN_OUTCOME_IS_TAKEN_FOR_NOT_BILLED("law 1: bought again while its receipt stands") {
        @Override
        public Receipts receipts(Receipts right) {
            return settling(
                    right, outcome -> outcome instanceof CallOutcome.Unknown ? new CallOutcome.NotBilled() : outcome);
        }
    },

    WHAT_IS_NO_IMAGE_IS_BOUGHT_FOR_EVER("law 1: bought for the 3. time without an image") {
        @Override
        public Receipts receipts(Receipts right) {
            return settling(
                    right, outcome -> outcome instanceof CallOutcome.Unusable ? new CallOutcome.NotBilled() : outcome);
        }
    },

    A_CALL_THAT_TIMED_OUT_GIVES_ITS_PLACE_IN_FLIGHT_BACK("law 2: too many calls in flight") {
        @Override
        public Receipts receipts(Receipts right) {
            return settling(
                    right,
                    outcome -> outcome instanceof CallOutcome.Unknown unknown
                            ? new CallOutcome.Unknown(unknown.detail(), true)
                            : outcome);
        }
    },

    A_LOST_MEMORY_IS_TAKEN_FOR_A_FIRST_START("law [12]: (two calls|bought again while|too many calls)") {
        @Override
        public ImageStore store(ImageStore right) {
            return intercepted(
                    ImageStore.class,
                    right,
                    (method, arguments, proceed) ->
                            method.equals("note") && arguments.length == 1 ? Optional.empty() : proceed.call());
        }
    },

    A_DELETE_IS_NOT_NOTED("law 1: deleted at .* and seen again") {
        @Override
        public Receipts receipts(Receipts right) {
            return intercepted(
                    Receipts.class,
                    right,
                    (method, arguments, proceed) -> method.equals("noteDeleted") ? null : proceed.call());
        }
    },

    AN_IMAGE_THAT_THE_STORE_REFUSED_IS_FORGOTTEN("law 6: a client was told of an image that is not in the store") {
        @Override
        public ImageStore store(ImageStore right) {
            return intercepted(ImageStore.class, right, (method, arguments, proceed) -> {
                try {
                    return proceed.call();
                } catch (StoreUnavailableException refused) {
                    if (method.equals("put")) {
                        return arguments[0];
                    }
                    throw refused;
                }
            });
        }
    },

    CREDITS_ARE_NOT_GIVEN_BACK("law 9: \\d+ credits are counted for") {
        @Override
        public CreditBudget budget(CreditBudget right) {
            return intercepted(
                    CreditBudget.class,
                    right,
                    (method, arguments, proceed) -> method.equals("giveBack") ? null : proceed.call());
        }
    },

    A_PROVIDERS_WAIT_IS_NOT_SHARED("law 3: left during a cool-down") {
        @Override
        public ProviderLimiter limiter(ProviderLimiter right) {
            return intercepted(
                    ProviderLimiter.class,
                    right,
                    (method, arguments, proceed) -> method.equals("coolDown") ? null : proceed.call());
        }
    },

    A_CALL_IS_MADE_WITH_ANOTHER_ACCOUNT_THAN_ITS_PERMITS("law (2: too many calls in|9: \\d+ calls were billed)") {
        @Override
        public ImageGenerator provider(ImageGenerator right) {
            return (request, attempt) -> right.generate(request, attempt.withAccount(Purchase.DEFAULT_ACCOUNT));
        }
    },

    A_PLANS_JOBS_HAVE_NO_HORIZON("law 11: ") {
        @Override
        public JobQueue queue(JobQueue right) {
            return intercepted(JobQueue.class, right, (method, arguments, proceed) -> {
                if (method.equals("enqueue")) {
                    arguments[0] = ((List<?>) arguments[0])
                            .stream()
                                    .map(Job.class::cast)
                                    .map(NamedFaults::withoutHorizon)
                                    .toList();
                }
                return proceed.call();
            });
        }
    },

    A_JOB_IS_TAKEN_FROM_THE_QUEUE_BEFORE_IT_IS_DONE("law 7: (a job was lost|a 202 was no promise)") {
        @Override
        public JobQueue queue(JobQueue right) {
            return intercepted(JobQueue.class, right, (method, arguments, proceed) -> {
                Object answer = proceed.call();
                if (method.equals("claim")) {
                    ((List<?>) answer).forEach(claim -> right.complete((Claim) claim));
                }
                return answer;
            });
        }
    },

    A_REFUSED_KEY_DEAD_LETTERS_JOBS("law 7: a dead letter without a cause") {
        @Override
        public ImageGenerator provider(ImageGenerator right) {
            return (request, attempt) -> {
                try {
                    return right.generate(request, attempt);
                } catch (AccessRefusedException refused) {
                    throw new RejectedException(RejectedException.Reason.DATA, "refused");
                }
            };
        }
    },

    A_KEY_IS_CALLED_PENDING_BEFORE_IT_IS_QUEUED("law 7: a 202 was no promise") {
        @Override
        public PendingKeys marks(PendingKeys right) {
            return intercepted(PendingKeys.class, right, (method, arguments, proceed) -> {
                Object answer = proceed.call();
                if (method.equals("intend")) {
                    right.confirm((ImageKey) arguments[0]);
                }
                return answer;
            });
        }
    },

    A_PURGE_IS_TOLD_TO_NOBODY("law 5: purged to version .* was seen") {
        @Override
        public TemplateVersions versions(TemplateVersions right) {
            return intercepted(
                    TemplateVersions.class,
                    right,
                    (method, arguments, proceed) -> method.equals("raise")
                            ? right.current((TemplateId) arguments[0])
                                            .toCompletableFuture()
                                            .join()
                                    + 1
                            : proceed.call());
        }
    },

    A_ROW_THAT_FAILS_IS_NOT_COUNTED("law 7: batch-\\d did not end") {
        @Override
        public BatchLedger ledger(BatchLedger right) {
            return intercepted(BatchLedger.class, right, (method, arguments, proceed) -> {
                if (method.equals("record")) {
                    arguments[1] = ((List<?>) arguments[1])
                            .stream()
                                    .map(RowResult.class::cast)
                                    .filter(row -> row.outcome() != RowResult.Outcome.FAILED)
                                    .toList();
                }
                return proceed.call();
            });
        }
    },

    A_CALLBACK_IS_NOTED_BEFORE_IT_IS_QUEUED("law 7: batch-\\d ended and its sender was not called back") {
        @Override
        public BatchLedger ledger(BatchLedger right) {
            return intercepted(BatchLedger.class, right, (method, arguments, proceed) -> {
                Object answer = proceed.call();
                if (method.equals("dueCallback") && ((Optional<?>) answer).isPresent()) {
                    right.callbackQueued((String) arguments[0]);
                }
                return answer;
            });
        }
    },

    A_CALLBACK_IS_DROPPED_WHILE_ITS_IMAGE_IS_MADE("law 7: the caller of .* was not called back") {
        @Override
        public JobQueue queue(JobQueue right) {
            return intercepted(
                    JobQueue.class,
                    right,
                    (method, arguments, proceed) -> method.equals("retryLater")
                                    && arguments[0] instanceof Claim claim
                                    && claim.job() instanceof Job.Callback
                                    && arguments[2].equals(false)
                            ? right.complete(claim)
                            : proceed.call());
        }
    },

    A_URL_IS_REMEMBERED_WITHOUT_ITS_IMAGES_VERSION("law 5: the URL of the image of") {
        @Override
        public UrlSigner signer(UrlSigner right) {
            Map<String, SignedUrl> memos = new HashMap<>();
            return entry -> {
                SignedUrl signed = right.sign(entry);
                return memos.computeIfAbsent(entry.key() + " " + signed.expiresAt(), memo -> signed);
            };
        }
    },

    A_REQUEST_WAITS_PAST_ITS_DEADLINE("law 8: a request with a deadline") {
        @Override
        public ImageService images(ImageService right) {
            return intercepted(ImageService.class, right, (method, arguments, proceed) -> {
                if (arguments != null
                        && arguments[0] instanceof GenerationRequest generationRequest
                        && !generationRequest.queued()) {
                    arguments[0] = new GenerationRequest(
                            generationRequest.request(),
                            generationRequest.caller(),
                            generationRequest.lane(),
                            new Deadline(generationRequest.deadline().at().plusSeconds(20)),
                            false,
                            generationRequest.horizon(),
                            generationRequest.open(),
                            generationRequest.mayBuy());
                }
                return proceed.call();
            });
        }
    };

    private final String violation;

    /**
     * A mistake.
     *
     * @param violation a regular expression, found in the violation that the simulation must report
     */
    NamedFaults(String violation) {
        this.violation = violation;
    }

    String violation() {
        return violation;
    }

    /** Makes the intercepted call to the right implementation. */
    interface Proceed {
        Object call() throws Exception;
    }

    /** Answers the calls of a port in place of the right implementation. */
    private interface Interceptor {
        Object call(String method, Object[] arguments, Proceed proceed) throws Exception;
    }

    private interface Settling {
        CallOutcome of(CallOutcome right);
    }

    @SuppressWarnings("unchecked")
    private static <T> T intercepted(Class<T> port, T right, Interceptor interceptor) {
        return (T) Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[] {port}, (proxy, method, arguments) -> {
            try {
                return interceptor.call(method.getName(), arguments, () -> {
                    try {
                        return method.invoke(right, arguments);
                    } catch (InvocationTargetException thrown) {
                        if (thrown.getCause() instanceof Exception cause) {
                            throw cause;
                        }
                        throw thrown;
                    }
                });
            } catch (RuntimeException | InterruptedException known) {
                throw known;
            }
        });
    }

    private static Receipts settling(Receipts right, Settling instead) {
        return intercepted(Receipts.class, right, (method, arguments, proceed) -> {
            if (method.equals("settle")) {
                arguments[1] = instead.of((CallOutcome) arguments[1]);
            }
            return proceed.call();
        });
    }

    private static Purchase ofNoKey(Purchase purchase, int unique) {
        return new Purchase(
                new ImageKey("%064x".formatted(Integer.toUnsignedLong(unique))),
                purchase.account(),
                purchase.template(),
                purchase.request(),
                Duration.ofMinutes(1),
                purchase.idempotencySuffix(),
                Instant.EPOCH);
    }

    private static Job withoutHorizon(Job any) {
        Job.Image job = (Job.Image) any;
        return new Job.Image(job.id(), job.key(), job.request(), job.lane(), job.caller(), job.row(), Horizon.NONE);
    }
}
