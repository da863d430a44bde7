package dev.afterimage.lambda;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;

/**
 * The handler that Quarkus' poll loop calls with each event. It is an interface, because
 * {@code quarkus-amazon-lambda-http} has a handler class of its own and Quarkus refuses a second one ("Multiple handler
 * classes"). Quarkus counts concrete classes in its index, and neither an interface nor a method reference is one.
 */
interface EventStreamHandler extends RequestStreamHandler {}
