using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <content>
/// What the end of a step means for the steps that depend on it: <see cref="StepRules.Join"/> says whether they start, are skipped or wait on. Ended
/// steps go through one queue, so that a long chain of skipped steps needs no recursion.
/// </content>
public sealed partial class WorkflowScheduler
{
    private readonly Queue<int> _ended = new();
    private bool _mustStop;

    private void ReleaseDependents(DateTimeOffset at)
    {
        while (_ended.TryDequeue(out var step))
        {
            ReleaseFallbacks(step, chosen: null);
            EndCallers(step, at);
            foreach (var dependent in Graph.DependentsOf(step))
            {
                Operations++;
                _states[dependent].EndedDependencies++;
                _states[dependent].SucceededDependencies += _states[step].Succeeded ? 1 : 0;
                EvaluateJoin(dependent, at);
            }

            // After all that ended with it: a dependent that the end skips is skipped, and not cancelled by the stop.
            if (_mustStop && _ended.Count == 0)
            {
                _mustStop = false;
                Stop(null, StepReason.Stop, _plan.OnStepFailure == FailurePolicy.Cancel, at);
            }
        }
    }

    /// <summary>
    /// Makes a pending step ready, or skips it, if its join is decided. A final step waits for the final phase, a fallback step for a caller.
    /// </summary>
    private void EvaluateJoin(int step, DateTimeOffset at)
    {
        ref var state = ref _states[step];
        var node = Graph.Steps[step];
        if (state.Status != StepStatus.Pending || (node.IsFinal && !InFinalPhase))
        {
            return;
        }

        switch (StepRules.Join(node, state.EndedDependencies, state.SucceededDependencies))
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

    /// <summary>How those of <paramref name="steps"/> ended that have no output; null when all have one.</summary>
    private List<EndedStep>? Observe(IReadOnlyList<int>? steps)
    {
        List<EndedStep>? observed = null;
        foreach (var step in steps ?? [])
        {
            Operations++;
            ref var state = ref _states[step];

            // A step that waits for its fallback step has failed: the fallback step may read that.
            var status = state.Status == StepStatus.Waiting ? StepStatus.Failed : state.Status;
            if (status is StepStatus.Failed or StepStatus.Skipped or StepStatus.Cancelled)
            {
                (observed ??= []).Add(new EndedStep(step, status) { Error = state.ErrorHasNoRecord ? state.Error : null });
            }
        }

        return observed;
    }

    /// <summary>Marks a step as ended and leaves its dependents to <see cref="ReleaseDependents"/>.</summary>
    /// <param name="succeeded">Whether the end counts as a success for the joins of its dependents.</param>
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
}
