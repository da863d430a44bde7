/**
 * One piece of work at a time for a key. In the process, {@link dev.afterimage.singleflight.SingleFlight} lets the first
 * caller lead and the others follow; in the fleet, a {@link dev.afterimage.singleflight.FlightLeases.Lease} from
 * {@link dev.afterimage.singleflight.FlightLeases} says which process leads. Followers keep their own deadline; a leader
 * that dies loses its lease, and another takes over.
 */
@NullMarked
package dev.afterimage.singleflight;

import org.jspecify.annotations.NullMarked;
