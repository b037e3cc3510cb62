using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <content>What the end of an attempt leads to: another attempt or turn, released or skipped dependents.</content>
public sealed partial class WorkflowScheduler
{
    private bool _mustStop;

    private void End(SchedulerFact.StepEnded fact)
    {
        ref var state = ref _states[fact.Step];
        if (state.Status != StepStatus.Running || state.Attempt != fact.Attempt)
        {
            throw new InvalidOperationException(
                $"Attempt {fact.Attempt} of step '{Graph.Steps[fact.Step].Id}' ended, but the step is {state.Status} at attempt {state.Attempt}.");
        }

        if (state.IsSubstituted)
        {
            _substituting--;
        }
        else
        {
            Executing--;
            _slots.Learn(fact.At, fact.Outcome);
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

    /// <summary>The step's rule says what a failed attempt leads to; a run that starts nothing new makes no other attempt.</summary>
    private void AttemptFailed(SchedulerFact.StepEnded fact)
    {
        ref var state = ref _states[fact.Step];
        var error = fact.Outcome.Error ?? new WorkflowError(ErrorKind.Internal, $"Step '{Graph.Steps[fact.Step].Id}' failed and did not say why.");
        if (state.IsSubstituted)
        {
            (state.Error, state.FailureIsTold, state.ErrorHasNoRecord) = (error, fact.IsRecorded, !fact.IsRecorded);
            EndAsFailed(fact.Step);
            return;
        }

        var verdict = StepRules.AfterFailure(_plan, new FailedAttempt(
            fact.Step, fact.Attempt, state.TurnAttempt, error, fact.Outcome.CompletedAt == default ? fact.At : fact.Outcome.CompletedAt, Deadline(fact.Step)));
        state.Error = verdict.Error;

        // The activity used the same rule: where that gives another attempt, it has reported that to the feed.
        state.ErrorHasNoRecord = !fact.IsRecorded || !ReferenceEquals(verdict.Error, error);
        state.FailureIsTold = !state.ErrorHasNoRecord && verdict.RetryAfter is null;
        if (verdict.RetryAfter is not { } delay)
        {
            Fail(fact.Step, verdict.Action, fact.At);
            return;
        }

        if (IsClosed)
        {
            Fail(fact.Step, StepRules.ActionOf(Graph.Steps[fact.Step], error.Kind), fact.At);
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

    /// <summary>The step has failed finally, and nothing takes its place.</summary>
    private void EndAsFailed(int step)
    {
        ref var state = ref _states[step];
        TellFailure(step);
        Settle(step, StepStatus.Failed, succeeded: false);

        // The failure of a fallback step is that of the steps that called it: theirs is what the user must see.
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

    /// <summary>Marks a step as ended and leaves its dependents to <see cref="ReleaseDependents"/>.</summary>
    /// <param name="succeeded">Whether its dependents may go on.</param>
    private void Settle(int step, StepStatus status, bool succeeded)
    {
        ref var state = ref _states[step];
        state.Status = status;
        state.Succeeded = succeeded;
        _open -= Graph.Steps[step].IsFinal ? 0 : 1;
        _openFinal -= Graph.Steps[step].IsFinal ? 1 : 0;
        Failed += status == StepStatus.Failed ? 1 : 0;
        _ended.Enqueue(step);
    }

    private void Skip(int step, string reason)
    {
        Record(step, StepStatus.Skipped, reason);
        Settle(step, StepStatus.Skipped, succeeded: false);
    }

    private void Record(int step, StepStatus status, string? reason) =>
        _commands.Add(new SchedulerCommand.RecordStatus(step, status, reason));

    /// <summary>Reports to the feed a failure that no attempt reported.</summary>
    private void TellFailure(int step)
    {
        ref var state = ref _states[step];
        if (!state.FailureIsTold)
        {
            state.FailureIsTold = true;
            _commands.Add(new SchedulerCommand.RecordStatus(step, StepStatus.Failed, null) { Error = state.Error, Attempt = state.Attempt });
        }
    }

    private void ReleaseDependents(DateTimeOffset at)
    {
        while (_ended.TryDequeue(out var step))
        {
            ReleaseFallbacks(step, chosen: null);
            AnswerCallers(step, at);
            foreach (var dependent in Graph.DependentsOf(step))
            {
                Operations++;
                _states[dependent].Ended++;
                _states[dependent].EndedWell += _states[step].Succeeded ? 1 : 0;
                Consider(dependent, at);
            }

            if (_mustStop && _ended.Count == 0)
            {
                _mustStop = false;
                Stop(null, StepReason.Stop, _plan.OnStepFailure == FailurePolicy.Cancel, at);
            }
        }
    }

    /// <summary>Starts or skips a step that has not started, as far as what it depends on has ended.</summary>
    private void Consider(int step, DateTimeOffset at)
    {
        ref var state = ref _states[step];
        var node = Graph.Steps[step];
        if (state.Status != StepStatus.Pending || (node.IsFinal && !InFinalPhase))
        {
            return;
        }

        switch (StepRules.Join(node, state.Ended, state.EndedWell))
        {
            case JoinState.Dead:
                Skip(step, StepReason.Dependency);
                break;
            case JoinState.Met when !node.IsFallback || state.Callers is not null:
                if (StepRules.JoinOf(node) == JoinKind.Any)
                {
                    state.Available = [.. node.DependsOn.Where(dependency => _states[dependency].Succeeded)];
                }

                state.Observed = Observe(node.Observes);
                MakeReady(step, at);
                break;
            default:
                break;
        }
    }

    /// <summary>How these steps ended, as far as they have no output; null when there is nothing to say.</summary>
    private List<EndedStep>? Observe(IReadOnlyList<int>? steps)
    {
        List<EndedStep>? observed = null;
        foreach (var step in steps ?? [])
        {
            Operations++;
            ref var state = ref _states[step];

            // A step that waits for its fallback has failed: that is what the fallback may read.
            var status = state.Status == StepStatus.Waiting ? StepStatus.Failed : state.Status;
            if (status is StepStatus.Failed or StepStatus.Skipped or StepStatus.Cancelled)
            {
                (observed ??= []).Add(new EndedStep(step, status) { Error = state.ErrorHasNoRecord ? state.Error : null });
            }
        }

        return observed;
    }
}
