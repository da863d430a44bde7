/**
 * Where the parts are put together; the only package that knows both the core and its adapters.
 * {@link dev.afterimage.wiring.GenerationWiring} shows the decorators of the provider in their order, the other classes
 * choose back ends by configuration ({@link dev.afterimage.wiring.BackendConfig}).
 */
@NullMarked
package dev.afterimage.wiring;

import org.jspecify.annotations.NullMarked;
