using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <content>
/// What the end of an attempt leads to: the end of the step, its next turn, another attempt, or what its rule for failures says. Whether a failed
/// attempt is followed by another is decided by <see cref="StepRules.AfterFailure"/> alone.
/// </content>
public sealed partial class WorkflowScheduler
{
    private void End(SchedulerFact.StepEnded fact)
    {
        ref var state = ref _states[fact.Step];
        if (state.Status != StepStatus.Running || state.Attempt != fact.Attempt)
        {
            throw new InvalidOperationException(
                $"Attempt {fact.Attempt} of step '{Graph.Steps[fact.Step].Id}' ended, but the step is {state.Status} at attempt {state.Attempt}.");
        }

        AddExecuting(fact.Step, -1);
        if (!state.IsSubstituted)
        {
            _slots.Adjust(fact.At, fact.Outcome);
            state.FirstStartedAt ??= fact.Outcome.StartedAt == default ? fact.At : fact.Outcome.StartedAt;
        }

        _spending.Add(fact.Outcome.Usage);
        switch (fact.Outcome.Status)
        {
            case StepStatus.Failed:
                AttemptFailed(fact);
                break;
            case StepStatus.Completed when fact.Outcome.Again && IsClosed:
                Record(fact.Step, StepStatus.Cancelled, _stopReason);
                Settle(fact.Step, StepStatus.Cancelled, succeeded: false);
                break;
            case StepStatus.Completed when fact.Outcome.Again:
                state.Turn++;
                state.TurnAttempt = 0;
                MakeReady(fact.Step, fact.At);
                break;
            case StepStatus.Cancelled:
                EndCancelled(fact);
                break;
            default:
                Settle(fact.Step, fact.Outcome.Status, fact.Outcome.Status == StepStatus.Completed);
                break;
        }
    }

    /// <summary>Applies the step's rule to a failed attempt. A stopped run makes no other attempt.</summary>
    private void AttemptFailed(SchedulerFact.StepEnded fact)
    {
        ref var state = ref _states[fact.Step];
        var error = fact.Outcome.Error ?? new WorkflowError(ErrorKind.Internal, $"Step '{Graph.Steps[fact.Step].Id}' failed and did not say why.");
        if (state.IsSubstituted)
        {
            (state.Error, state.FailureIsReported, state.ErrorHasNoRecord) = (error, fact.IsRecorded, !fact.IsRecorded);
            EndAsFailed(fact.Step);
            return;
        }

        var endedAt = fact.Outcome.CompletedAt == default ? fact.At : fact.Outcome.CompletedAt;
        var verdict = StepRules.AfterFailure(
            _plan, new FailedAttempt(fact.Step, fact.Attempt, state.TurnAttempt, error, endedAt, Deadline(fact.Step)));
        state.Error = verdict.Error;

        // The activity applied the same rule: it reported a final failure to the feed, and otherwise that there will be another attempt.
        state.ErrorHasNoRecord = !fact.IsRecorded || !ReferenceEquals(verdict.Error, error);
        state.FailureIsReported = !state.ErrorHasNoRecord && verdict.RetryAfter is null;
        if (verdict.RetryAfter is not { } delay || IsClosed)
        {
            Fail(fact.Step, fact.At);
            return;
        }

        state.Status = StepStatus.Retrying;
        if (!InFinalPhase && _spending.Exceeded() is { } exceeded)
        {
            StopForBudget(exceeded, fact.At);
            return;
        }

        AddTimer(TimerUse.Retry, fact.Step, fact.At + delay);
    }

    /// <summary>Ends a step as failed, with nothing in place of its output, and notes whether that stops the run.</summary>
    private void EndAsFailed(int step)
    {
        ref var state = ref _states[step];
        ReportFailure(step);
        Settle(step, StepStatus.Failed, succeeded: false);

        // The failure of a fallback step is that of the steps that called it: the run reports theirs.
        if (state.Callers is null)
        {
            _failure ??= state.Error;
            if (!IsClosed && StepRules.PolicyOf(_plan, step) != FailurePolicy.Continue)
            {
                _mustStop = true;
                _stoppedBy ??= new DecidingStep(step, state.Attempt);
            }
        }
    }

    /// <summary>Reports a failure to the feed unless an attempt has reported it.</summary>
    private void ReportFailure(int step)
    {
        ref var state = ref _states[step];
        if (!state.FailureIsReported)
        {
            state.FailureIsReported = true;
            _commands.Add(new SchedulerCommand.RecordStatus(step, StepStatus.Failed, null) { Error = state.Error, Attempt = state.Attempt });
        }
    }
}
