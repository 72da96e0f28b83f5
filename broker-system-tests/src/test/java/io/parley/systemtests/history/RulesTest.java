package io.parley.systemtests.history;

import static io.parley.systemtests.history.Answer.ACCEPTED;
import static io.parley.systemtests.history.Answer.IN_DOUBT;
import static io.parley.systemtests.history.Answer.LEASE_LOST;
import static io.parley.systemtests.history.Verdict.Kind.COMPLETE;
import static io.parley.systemtests.history.Verdict.Kind.DEAD_LETTER;
import static io.parley.systemtests.history.Verdict.Kind.FAIL;
import static io.parley.systemtests.history.Verdict.Kind.REJECT;
import static io.parley.systemtests.history.Verdict.Kind.RELEASE;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.model.OutcomeStatus;
import org.junit.jupiter.api.Test;

/** That each rule finds what breaks it, and none finds fault with what a broker may do. */
class RulesTest {
  private final Story story = new Story();

  private void assertBroken(Class<? extends Rule> rule) {
    assertThat(story.broken()).containsExactly(rule.getSimpleName());
  }

  // ---------------------------------------------------------------- what is right

  @Test
  void shouldFindNothingWrongWithALifeInWhichAllGoesWell() {
    story.isSent(story.tracked("a")).isSent(story.note("b")).isSent(story.event("c"));
    story.comes("worker", "a", 1).emits("worker", "a", ACCEPTED);
    long under = story.epochOf("worker", "a");
    story.isHandled("clerk", "b", 1).isHandledAsEmitted("clerk", "a>1", 2, under);
    story.isHandled("auditor", "c", 1).isHandledAsEmitted("auditor", "a>0", 2, under);
    story.isHandled("mirror", "c", 1).isHandledAsEmitted("mirror", "a>0", 2, under);
    story.isTold("a", OutcomeStatus.COMPLETED, "").isTold("b", OutcomeStatus.PENDING, "");

    assertThat(story.broken()).isEmpty();
  }

  @Test
  void shouldFindNothingWrongWithASettleInDoubtAndOneThatWasTooLate() {
    story.isSent(story.tracked("a")).isSent(story.tracked("b"));
    story.comes("worker", "a", 1).begins("worker", "a", COMPLETE, "first");
    story.comes("worker", "b", 2).begins("worker", "b", REJECT, "NO");
    story.isKilled().starts(10).ends("worker", "b", IN_DOUBT);
    long first = story.epochOf("worker", "a");
    story.comes("worker", "a", 1).add(new Entry.Settled("worker", "a", first, LEASE_LOST));
    story.says("worker", "a", COMPLETE, "second", ACCEPTED);
    story.isTold("a", OutcomeStatus.COMPLETED, "second").isTold("b", OutcomeStatus.REJECTED, "NO");

    assertThat(story.broken()).isEmpty();
  }

  @Test
  void shouldFindNothingWrongWithRetriesADeadLetterAndItsRedrive() {
    story.isSent(story.toInbox("a"));
    for (int attempt = 1; attempt <= Story.MAX_ATTEMPTS; attempt++) {
      story.comes("worker", "a", 1, attempt, 0, 0).says("worker", "a", FAIL);
    }
    story.isToldInInbox("1", "a", OutcomeStatus.DEAD_LETTERED, "Broken", 1);
    story.isRedriven("worker").isHandled("worker", "a", 1);
    story.isToldInInbox("2", "a", OutcomeStatus.COMPLETED, "", 2);
    story.isTold("a", OutcomeStatus.COMPLETED, "");

    assertThat(story.broken()).isEmpty();
  }

  @Test
  void shouldFindNothingWrongWithWhatExpiredOrWasCalledBack() {
    story.isSent(story.expiring("a", 100)).isSent(story.work("b"));
    story.add(new Entry.Cancelling("b")).add(new Entry.Cancelled("b"));
    story.isTold("a", OutcomeStatus.EXPIRED, "").isTold("b", OutcomeStatus.CANCELLED, "");

    assertThat(story.broken()).isEmpty();
  }

  // ---------------------------------------------------------------- what is lost or undone

  @Test
  void shouldFindACommandThatWasConfirmedAndNeverCame() {
    story.isSent(story.work("a"));

    assertBroken(Rules.NoConfirmedMessageIsLost.class);
  }

  @Test
  void shouldFindAnEventThatIsMissingInOneInbox() {
    story.isSent(story.event("a")).isHandled("auditor", "a", 1);

    assertBroken(Rules.NoConfirmedMessageIsLost.class);
  }

  @Test
  void shouldFindARetryThatNeverCame() {
    story.isSent(story.work("a")).comes("worker", "a", 1).says("worker", "a", FAIL);

    assertBroken(Rules.NothingIsLeftUnended.class);
  }

  @Test
  void shouldFindADeadLetterThatIsGone() {
    story.isSent(story.work("a")).comes("worker", "a", 1).says("worker", "a", DEAD_LETTER);
    story.isRedriven("worker");

    assertBroken(Rules.NothingIsLeftUnended.class);
  }

  @Test
  void shouldFindACompletionThatIsUndone() {
    story.isSent(story.work("a")).isHandled("worker", "a", 1).isKilled().starts(10);
    story.comes("worker", "a", 1).says("worker", "a", FAIL, "", LEASE_LOST);

    assertThat(story.broken()).contains(Rules.NoConfirmedSettleIsUndone.class.getSimpleName());
  }

  @Test
  void shouldFindADeadLetterThatComesThoughNobodyRedroveIt() {
    story.isSent(story.work("a")).isRedriven("worker");
    story.comes("worker", "a", 1).says("worker", "a", DEAD_LETTER).isHandled("worker", "a", 1);

    assertBroken(Rules.NoConfirmedSettleIsUndone.class);
  }

  @Test
  void shouldFindTwoEndsThatWereBothAccepted() {
    story.isSent(story.work("a")).comes("worker", "a", 1).begins("worker", "a", COMPLETE, "");
    long first = story.epochOf("worker", "a");
    story.comes("worker", "a", 1).says("worker", "a", REJECT);
    story.add(new Entry.Settled("worker", "a", first, ACCEPTED));

    assertThat(story.broken()).contains(Rules.NothingIsEndedTwice.class.getSimpleName());
  }

  @Test
  void shouldFindASettleThatCountsThoughSomebodyElseHasTheMessage() {
    story.isSent(story.work("a")).comes("worker", "a", 1);
    long first = story.epochOf("worker", "a");
    story.comes("worker", "a", 1);
    story.add(
        new Entry.Settling("worker", "a", first, 1, new Verdict(RELEASE, ""), java.util.List.of()));
    story.add(new Entry.Settled("worker", "a", first, ACCEPTED)).says("worker", "a", COMPLETE);

    assertBroken(Rules.NoStaleSettleCounts.class);
  }

  @Test
  void shouldFindALeaseThatIsLostThoughTheBrokerWasThere() {
    story.isSent(story.work("a")).comes("worker", "a", 1);
    story.says("worker", "a", COMPLETE, "", LEASE_LOST).isHandled("worker", "a", 1);

    assertBroken(Rules.LeasesHoldWhileTheBrokerLives.class);
  }

  @Test
  void shouldTakeALeaseThatIsLostWithItsBrokerAsRight() {
    story.isSent(story.work("a")).comes("worker", "a", 1).isKilled().starts(10);
    story.says("worker", "a", COMPLETE, "", LEASE_LOST).isHandled("worker", "a", 1);

    assertThat(story.broken()).isEmpty();
  }

  // ---------------------------------------------------------------- what is there twice, or odd

  @Test
  void shouldFindAMessageThatIsStoredTwice() {
    story.isSent(story.event("a")).isHandled("mirror", "a", 1);
    story.comes("auditor", "a", 1).says("auditor", "a", RELEASE).isHandled("auditor", "a", 2);

    assertBroken(Rules.EachIsPresentOnce.class);
  }

  @Test
  void shouldFindTwoMessagesInOnePlace() {
    story.isSent(story.work("a")).isSent(story.work("b"));
    story.isHandled("worker", "a", 1).isHandled("worker", "b", 1);

    assertBroken(Rules.EachIsPresentOnce.class);
  }

  @Test
  void shouldFindADeliveryThatComesTwiceUnderOneEpoch() {
    story.isSent(story.work("a")).comes("worker", "a", 1);
    story.comesUnder(story.epochOf("worker", "a"), "worker", "a", 1, 1, 0, 0);
    story.says("worker", "a", COMPLETE);

    assertBroken(Rules.EachIsPresentOnce.class);
  }

  @Test
  void shouldFindAMessageThatNobodySent() {
    story.isHandled("worker", "a", 1);

    assertBroken(Rules.NothingIsThereThatNobodySent.class);
  }

  @Test
  void shouldFindAMessageInAnothersPlace() {
    story.isSent(story.note("a")).isHandled("clerk", "a", 1).isHandled("worker", "a", 1);

    assertBroken(Rules.NothingIsThereThatNobodySent.class);
  }

  // ---------------------------------------------------------------- order

  @Test
  void shouldFindASendersMessagesInAnotherOrder() {
    story.isSent(story.work("a")).isSent(story.work("b"));
    story.isHandled("worker", "a", 2).isHandled("worker", "b", 1);

    assertBroken(Rules.SendersKeepTheirOrder.class);
  }

  @Test
  void shouldFindASingleConsumerThatGetsThemInAnotherOrder() {
    story.isSent(story.note("a")).isSent(story.note("b"));
    story.isHandled("clerk", "b", 2).isHandled("clerk", "a", 1);

    assertBroken(Rules.OneConsumerGetsAllInOrder.class);
  }

  @Test
  void shouldFindTheNextOfAKeyThatComesTooSoon() {
    story.isSent(story.work("a", "k")).isSent(story.work("b", "k"));
    story.comes("worker", "a", 1).comes("worker", "b", 2);
    story.says("worker", "a", COMPLETE).says("worker", "b", COMPLETE);

    assertBroken(Rules.KeysAreHandledInOrder.class);
  }

  @Test
  void shouldFindTheNextOfAKeyThatComesWhileTheOneBeforeWaitsForItsRetry() {
    story.isSent(story.work("a", "k")).isSent(story.work("b", "k"));
    story.comes("worker", "a", 1).says("worker", "a", FAIL).isHandled("worker", "b", 2);
    story.comes("worker", "a", 1, 2, 0, 0).says("worker", "a", COMPLETE);

    assertBroken(Rules.KeysAreHandledInOrder.class);
  }

  @Test
  void shouldTakeTheNextOfAKeyAsRightOnceTheOneBeforeIsSetAside() {
    story.isSent(story.work("a", "k")).isSent(story.work("b", "k"));
    story.comes("worker", "a", 1).says("worker", "a", DEAD_LETTER).isHandled("worker", "b", 2);
    story.isRedriven("worker").isHandled("worker", "a", 1);

    assertThat(story.broken()).isEmpty();
  }

  // ---------------------------------------------------------------- completions and outcomes

  @Test
  void shouldFindACompletionOfWhichSomethingIsMissing() {
    story.isSent(story.work("a")).comes("worker", "a", 1).emits("worker", "a", ACCEPTED);
    long under = story.epochOf("worker", "a");
    story.isHandledAsEmitted("auditor", "a>0", 1, under);
    story.isHandledAsEmitted("mirror", "a>0", 1, under);

    assertBroken(Rules.CompletionsAreAtomic.class);
  }

  @Test
  void shouldFindWhatWasEmittedThoughItsCompletionDidNotCount() {
    story.isSent(story.work("a")).comes("worker", "a", 1).isKilled().starts(10);
    long under = story.epochOf("worker", "a");
    story.emits("worker", "a", LEASE_LOST).isHandled("worker", "a", 1);
    story.isHandledAsEmitted("auditor", "a>0", 1, under);
    story.isHandledAsEmitted("mirror", "a>0", 1, under);
    story.isHandledAsEmitted("clerk", "a>1", 1, under);

    assertBroken(Rules.CompletionsAreAtomic.class);
  }

  @Test
  void shouldFindTheWorkOfTwoHandlingsMixed() {
    story.isSent(story.work("a")).comes("worker", "a", 1).isKilled().starts(10);
    long before = story.epochOf("worker", "a");
    story.emits("worker", "a", LEASE_LOST).comes("worker", "a", 1).emits("worker", "a", ACCEPTED);
    long under = story.epochOf("worker", "a");
    story.isHandledAsEmitted("auditor", "a>0", 1, under);
    story.isHandledAsEmitted("mirror", "a>0", 1, under);
    story.isHandledAsEmitted("clerk", "a>1", 1, before);

    assertBroken(Rules.CompletionsAreAtomic.class);
  }

  @Test
  void shouldFindAnOutcomeThatIsNotWhatWasSaid() {
    story.isSent(story.tracked("a")).comes("worker", "a", 1);
    story.says("worker", "a", COMPLETE, "done", ACCEPTED);
    story.isTold("a", OutcomeStatus.COMPLETED, "else");

    assertBroken(Rules.OutcomesAgree.class);
  }

  @Test
  void shouldFindAnOutcomeThatIsMissing() {
    story.isSent(story.tracked("a")).isHandled("worker", "a", 1);
    story.isTold("a", OutcomeStatus.PENDING, "");

    assertBroken(Rules.OutcomesAgree.class);
  }

  @Test
  void shouldFindARejectionThatIsMissingThoughNobodyAskedForIt() {
    story.isSent(story.work("a")).comes("worker", "a", 1).says("worker", "a", REJECT);
    story.isTold("a", OutcomeStatus.PENDING, "");

    assertBroken(Rules.OutcomesAgree.class);
  }

  @Test
  void shouldFindAnExpiryOfWhatNeverExpires() {
    story.isSent(story.work("a")).isTold("a", OutcomeStatus.EXPIRED, "");

    assertBroken(Rules.OutcomesAgree.class);
  }

  @Test
  void shouldFindAnOutcomeThatChanges() {
    story.isSent(story.tracked("a")).comes("worker", "a", 1);
    story.isTold("a", OutcomeStatus.REJECTED, "NO");
    story.says("worker", "a", COMPLETE, "done", ACCEPTED);
    story.isTold("a", OutcomeStatus.COMPLETED, "done");

    assertBroken(Rules.OutcomesAgree.class);
  }

  @Test
  void shouldFindAnOutcomeThatIsMissingInTheInbox() {
    story.isSent(story.toInbox("a")).isHandled("worker", "a", 1);
    story.isTold("a", OutcomeStatus.COMPLETED, "");

    assertBroken(Rules.OutcomeInboxAgrees.class);
  }

  @Test
  void shouldFindAnOutcomeThatIsInTheInboxTwice() {
    story.isSent(story.toInbox("a")).isHandled("worker", "a", 1);
    story.isToldInInbox("1", "a", OutcomeStatus.COMPLETED, "", 1);
    story.isToldInInbox("2", "a", OutcomeStatus.COMPLETED, "", 2);
    story.isTold("a", OutcomeStatus.COMPLETED, "");

    assertBroken(Rules.OutcomeInboxAgrees.class);
  }

  @Test
  void shouldFindADeadLetterThatTheInboxDoesNotTell() {
    story.isSent(story.toInbox("a")).comes("worker", "a", 1).says("worker", "a", DEAD_LETTER);
    story.isRedriven("worker").isHandled("worker", "a", 1);
    story.isToldInInbox("1", "a", OutcomeStatus.COMPLETED, "", 1);
    story.isTold("a", OutcomeStatus.COMPLETED, "");

    assertBroken(Rules.OutcomeInboxAgrees.class);
  }

  @Test
  void shouldFindACancelledCommandThatWasHandled() {
    story.isSent(story.work("a")).isHandled("worker", "a", 1);
    story.add(new Entry.Cancelling("a")).add(new Entry.Cancelled("a"));
    story.isTold("a", OutcomeStatus.PENDING, "");

    assertBroken(Rules.CancelledOnesAreNotHandled.class);
  }

  // ---------------------------------------------------------------- attempts, times, queries

  @Test
  void shouldFindAnAttemptThatIsForgotten() {
    story.isSent(story.work("a")).comes("worker", "a", 1).says("worker", "a", FAIL);
    story.isKilled().starts(10).isHandled("worker", "a", 1);

    assertBroken(Rules.AttemptsAreKept.class);
  }

  @Test
  void shouldFindAnAttemptThatIsCountedThoughNobodyHandled() {
    story.isSent(story.work("a")).comes("worker", "a", 1, 2, 0, 0).says("worker", "a", COMPLETE);

    assertBroken(Rules.AttemptsAreKept.class);
  }

  @Test
  void shouldFindAMessageThatComesBeforeItsTime() {
    story.isSent(story.later("a", 1_000)).comes("worker", "a", 1, 1, 900, 0);
    story.says("worker", "a", COMPLETE);

    assertBroken(Rules.NothingComesBeforeItsTime.class);
  }

  @Test
  void shouldFindAMessageThatComesFromABrokerThatStartedAfterItsTime() {
    story.isSent(story.expiring("a", 1_000)).isKilled().starts(1_500).isHandled("worker", "a", 1);

    assertBroken(Rules.NothingComesAfterItExpired.class);
  }

  @Test
  void shouldFindAQueryWithoutAnswerOneWithAnothersAndOneThatIsLate() {
    story.add(new Entry.Asking(1, "one", 100)).add(new Entry.Asking(2, "two", 100));
    assertThat(Rules.check(story.history)).hasSize(2);

    story.add(new Entry.Answered(1, "two", false, 10)).add(new Entry.Answered(2, "", true, 9_000));
    assertThat(Rules.check(story.history)).hasSize(2);
    assertBroken(Rules.QueriesEnd.class);
  }

  @Test
  void shouldCheckAllRulesThatThereAre() {
    assertThat(Rules.all().stream().<Class<?>>map(Rule::getClass).toList())
        .containsExactlyInAnyOrder(Rules.class.getDeclaredClasses());
  }
}
