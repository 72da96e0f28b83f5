package io.parley.engine.sequencer;

import java.util.concurrent.locks.LockSupport;

/**
 * The owner thread: runs a {@link LocalSequencer} until closed, then what was submitted before; and
 * the one beside it that syncs.
 */
public final class SequencerThread implements AutoCloseable {
  private final LocalSequencer sequencer;
  private final Thread thread;
  private final SyncThread syncThread;
  private final Parking parking;
  private volatile boolean closing;

  /**
   * Starts the thread.
   *
   * @param name of the thread
   * @param onDeath called by the thread if a defect ends it; the state in memory can't be trusted
   *     then
   */
  public SequencerThread(
      LocalSequencer sequencer, String name, Thread.UncaughtExceptionHandler onDeath) {
    this.sequencer = sequencer;
    this.thread = new Thread(this::run, name);
    this.parking = new Parking(this::mayPark, () -> LockSupport.unpark(thread));
    this.syncThread = new SyncThread(name + "-sync", parking::wake);
    thread.setUncaughtExceptionHandler(onDeath);
    sequencer.onWork(parking::wake);
    sequencer.syncBeside(syncThread);
    syncThread.begin();
    thread.start();
  }

  private void run() {
    while (!closing || !sequencer.isIdle()) {
      long idleMs = sequencer.runOnce();
      if (idleMs > 0) {
        parking.park(idleMs);
      }
    }
  }

  private boolean mayPark() {
    return !sequencer.hasWork() && (!closing || !sequencer.isIdle());
  }

  /** Ends the thread after all that was submitted is committed and answered; waits for it. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    syncThread.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
