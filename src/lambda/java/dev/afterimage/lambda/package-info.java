/**
 * The entry on AWS Lambda. One binary serves three functions: the {@link dev.afterimage.lambda.LambdaEventReader} tells from
 * an event's shape which {@link dev.afterimage.lambda.LambdaEvent} it is, and the
 * {@link dev.afterimage.lambda.EventDispatcher} hands it to {@link dev.afterimage.lambda.HttpEvents}, to the worker
 * ({@link dev.afterimage.lambda.JobBatchHandler}) or to the planner ({@link dev.afterimage.lambda.CataloguePlanHandler}).
 * Nothing runs after the answer: what has to be done before the freeze is a {@link dev.afterimage.lambda.BeforeFreeze}.
 */
@NullMarked
package dev.afterimage.lambda;

import org.jspecify.annotations.NullMarked;
