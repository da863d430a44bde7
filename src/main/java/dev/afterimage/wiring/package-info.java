/**
 * Puts the parts together: the only package that knows both the core and its adapters.
 * {@link dev.afterimage.wiring.GenerationWiring} has the provider's decorators in their order; the other classes choose
 * back ends by configuration ({@link dev.afterimage.wiring.BackendConfig}).
 */
@NullMarked
package dev.afterimage.wiring;

import org.jspecify.annotations.NullMarked;
