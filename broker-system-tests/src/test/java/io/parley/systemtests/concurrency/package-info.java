/** What the tests of cross-thread pieces share; each test is in the package of its piece. */
@NullMarked
package io.parley.systemtests.concurrency;

import org.jspecify.annotations.NullMarked;
