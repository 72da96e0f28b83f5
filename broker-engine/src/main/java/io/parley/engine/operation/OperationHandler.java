package io.parley.engine.operation;

/** One method per operation: forget one and it does not compile. Called by the owner thread. */
public interface OperationHandler {
  /** See {@link Operation.Send}. */
  Result send(Operation.Send operation);

  /** See {@link Operation.Settle}. */
  Result settle(Operation.Settle operation);

  /** See {@link Operation.LoseAttempts}. */
  Result loseAttempts(Operation.LoseAttempts operation);

  /** See {@link Operation.Fence}. */
  Result fence(Operation.Fence operation);

  /** See {@link Operation.ClaimTypes}. */
  Result claimTypes(Operation.ClaimTypes operation);

  /** See {@link Operation.Adopt}. */
  Result adopt(Operation.Adopt operation);

  /** See {@link Operation.Subscribe}. */
  Result subscribe(Operation.Subscribe operation);

  /** See {@link Operation.Reset}. */
  Result reset(Operation.Reset operation);

  /** See {@link Operation.DeleteSubscription}. */
  Result deleteSubscription(Operation.DeleteSubscription operation);

  /** See {@link Operation.CatchUp}. */
  Result catchUp(Operation.CatchUp operation);

  /** See {@link Operation.SetRetention}. */
  Result setRetention(Operation.SetRetention operation);

  /** See {@link Operation.TrimEvents}. */
  Result trimEvents(Operation.TrimEvents operation);

  /** See {@link Operation.OfferAnswers}. */
  Result offerAnswers(Operation.OfferAnswers operation);

  /** See {@link Operation.DeclareType}. */
  Result declareType(Operation.DeclareType operation);

  /** See {@link Operation.TransferType}. */
  Result transferType(Operation.TransferType operation);

  /** See {@link Operation.MoveOn}. */
  Result moveOn(Operation.MoveOn operation);

  /** See {@link Operation.SetTypePolicy}. */
  Result setTypePolicy(Operation.SetTypePolicy operation);

  /** See {@link Operation.LimitNamespace}. */
  Result limitNamespace(Operation.LimitNamespace operation);

  /** See {@link Operation.Redrive}. */
  Result redrive(Operation.Redrive operation);

  /** See {@link Operation.DropDeadLetters}. */
  Result dropDeadLetters(Operation.DropDeadLetters operation);

  /** See {@link Operation.Configure}. */
  Result configure(Operation.Configure operation);

  /** See {@link Operation.Purge}. */
  Result purge(Operation.Purge operation);

  /** See {@link Operation.Expire}. */
  Result expire(Operation.Expire operation);

  /** See {@link Operation.Cancel}. */
  Result cancel(Operation.Cancel operation);

  /** See {@link Operation.Forget}. */
  Result forget(Operation.Forget operation);
}
