package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;

/**
 * What Quarkus' poll loop calls with each event. An interface, because {@code quarkus-amazon-lambda-http} brings a handler
 * class of its own and Quarkus refuses a second one ("Multiple handler classes"): it counts the concrete classes in its
 * index, and neither an interface nor a method reference is one.
 */
interface EventStreamHandler extends RequestStreamHandler {}
