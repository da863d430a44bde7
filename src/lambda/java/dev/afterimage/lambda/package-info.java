/**
 * The entry on AWS Lambda. One binary serves three functions: the {@link dev.afterimage.lambda.LambdaEventReader} decides
 * by an event's shape which {@link dev.afterimage.lambda.LambdaEvent} it is, and the
 * {@link dev.afterimage.lambda.EventDispatcher} hands it to {@link dev.afterimage.lambda.HttpEvents}, to the worker or to the
 * planner. Work that must be done before Lambda freezes the process is a
 * {@link dev.afterimage.lambda.InvocationEnd.BeforeFreeze}; the {@link dev.afterimage.lambda.InvocationExtension} keeps the
 * process awake for it after the answer.
 */
@NullMarked
package dev.afterimage.lambda;

import org.jspecify.annotations.NullMarked;
