/**
 * The simulated fleet: several instances of the service, wired by the service's own wiring, on simulated machines over
 * simulated time, with a provider that keeps its own books. A seed decides who runs next and what goes wrong and when; the
 * same seed is the same run, to the last step. After a run the laws are checked against the provider's books.
 *
 * <p>In order: {@link dev.afterimage.simulation.Simulation} runs one step after the other and moves time;
 * {@link dev.afterimage.simulation.SimulatedMachine} is where a process of the fleet runs, stands still, or dies;
 * {@link dev.afterimage.simulation.RedisModel} and {@link dev.afterimage.simulation.RedisClient} are Redis and the way to it;
 * {@link dev.afterimage.simulation.Fleet} puts it all together.
 */
package dev.afterimage.simulation;
