/**
 * The simulated fleet: several instances of the service, wired by the service's own wiring, on simulated machines over
 * simulated time, with a provider that keeps its own books. A seed decides which thread runs next, what goes wrong and when;
 * the same seed is the same run, to the last step. After a run the {@link dev.afterimage.simulation.Laws} are checked.
 *
 * <p>In order: {@link dev.afterimage.simulation.Simulation} runs one step after the other and moves time;
 * {@link dev.afterimage.simulation.SimulatedMachine} is where a process of the fleet runs, is frozen, or dies;
 * {@link dev.afterimage.simulation.RedisModel} is the Redis server, and {@link dev.afterimage.simulation.RedisClient} its
 * client;
 * {@link dev.afterimage.simulation.Fleet} puts it all together.
 */
package dev.afterimage.simulation;
