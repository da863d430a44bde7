/**
 * Who may do what. {@link dev.afterimage.http.auth.AccessGate} stands before every route: it looks up in
 * {@link dev.afterimage.http.auth.RouteRoles} which {@link dev.afterimage.http.auth.Client.Role} the route needs, has an
 * {@link dev.afterimage.http.auth.AccessGate.Authenticator} say who asks, and lets the request go on with its
 * {@link dev.afterimage.http.auth.Client} or answers 401 or 403. Where no key is asked for,
 * {@link dev.afterimage.http.auth.BrowserGuard} keeps the pages of other sites out.
 */
@NullMarked
package dev.afterimage.http.auth;

import org.jspecify.annotations.NullMarked;
