using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>Something the scheduler wants done or known.</summary>
public abstract record SchedulerCommand
{
    /// <summary>Execute attempt number <paramref name="Attempt"/> of a step.</summary>
    /// <param name="NotBefore">The earliest moment at which work may begin, at most 5 s ahead; null: at once.</param>
    public sealed record StartStep(int Step, int Attempt, DateTimeOffset ReadyAt, DateTimeOffset? NotBefore) : SchedulerCommand;

    /// <summary>Tell <see cref="SchedulerFact.TimerFired"/> at <paramref name="DueAt"/>.</summary>
    public sealed record StartTimer(int Timer, DateTimeOffset DueAt) : SchedulerCommand;

    /// <summary>The timer is not wanted any more.</summary>
    public sealed record CancelTimer(int Timer) : SchedulerCommand;

    /// <summary>For the record: what became of a step without executing it: ready (it waits for a slot), skipped, cancelled or failed.</summary>
    public sealed record RecordStatus(int Step, StepStatus Status, string? Reason) : SchedulerCommand;

    /// <summary>The run is over and nothing executes; the last command.</summary>
    public sealed record CompleteRun(RunStatus Status, WorkflowError? Error) : SchedulerCommand;
}
