using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Documents;
using Orchestrator.Activities.Events;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.Output;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Functions.Runs;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Cli.Hosting;

/// <summary>Follows a run until it ends: prints its id before anything is spent, shows its events, and cancels it on a signal.</summary>
internal sealed class ForegroundRun(LocalApp app, RunView view, Interrupts interrupts, string? note = null)
{
    /// <summary>This caller, for the request that makes the run.</summary>
    public ForegroundCaller Caller => new(BeginAsync, interrupts.Asked);

    /// <summary>Starts a run and follows it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StartAsync(StartRequest request, CancellationToken cancellationToken)
    {
        var starter = app.Services.GetRequiredService<RunStarter>();
        return await FollowAsync(await starter.StartAsync(app.Client, request with { Foreground = Caller }, cancellationToken), cancellationToken);
    }

    /// <summary>Prints the run's id. A cancellation that a signal asked for by now is recorded, so that no step of the run starts.</summary>
    public async Task BeginAsync(RunInput run, CancellationToken cancellationToken)
    {
        var prepared = await app.Services.GetRequiredService<RunStore>().GetPreparedAsync(run.RunId, run.RunAttempt, cancellationToken);

        // A log that cannot be read cannot be written either: that is said before anything is spent.
        await app.Services.GetRequiredService<RunEventFeed>().ReadAsync(prepared.Identity, 0, cancellationToken);
        interrupts.Write(() => view.Begin(prepared, [.. note is null ? [] : (string[])[note], .. AnswerNotes.Of(app, prepared)]));
        if (interrupts.Asked.IsCancellationRequested)
        {
            await app.Services.GetRequiredService<RunControl>().CancelAsync(prepared.Identity, run.RunAttempt, StepReason.Cancel, cancellationToken);
        }
    }

    /// <summary>Follows a run whose id was printed.</summary>
    /// <param name="unrepeatable">Goes on with a run whose attempt has failed since another version began it; null: how it ended is shown.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> FollowAsync(RunInput run, CancellationToken cancellationToken, Func<Task<int>>? unrepeatable = null)
    {
        if (await app.Services.GetRequiredService<RunStore>().FindAsync(run.RunId, cancellationToken) is not { Identity: var identity })
        {
            return Deleted(run);
        }

        await using var cancelling = interrupts.Asked.Register(() => _ = CancelAsync(run));
        var completion = app.Client.WaitForInstanceCompletionAsync(run.InstanceId, getInputsAndOutputs: true, cancellationToken);
        using var following = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var shown = ShowAsync(identity, run.RunAttempt, following.Token);
        await Task.WhenAny(shown, completion);
        var instance = await completion;
        await following.CancelAsync();
        await shown;
        if (await app.Services.GetRequiredService<RunReconciler>().FindAsync(app.Client, run.RunId, cancellationToken) is not { } record || record.Identity != identity)
        {
            return Deleted(run);
        }

        var cannotBeRepeated = RunReconciler.IsUnrepeatable(instance.FailureDetails);
        if (cannotBeRepeated && record.Status == RunStatus.Failed && unrepeatable is not null)
        {
            return await unrepeatable();
        }

        // A terminated run has ended as cancelled, and its document says why.
        if (!cannotBeRepeated && instance.RuntimeStatus is not (OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Terminated))
        {
            throw new InvalidOperationException(
                $"The orchestration of run '{run.RunId}' ended as {instance.RuntimeStatus}: {instance.FailureDetails?.ErrorMessage ?? "no details"}");
        }

        if (await app.Services.GetRequiredService<RunReader>().FindAsync(run.RunId, cancellationToken) is not { } document)
        {
            return Deleted(run);
        }

        interrupts.Write(() => view.End(document));
        return ExitCodes.Of(document!.Status, document.Error);
    }

    private int Deleted(RunInput run)
    {
        interrupts.Write(() => view.Say($"Run '{run.RunId}' was deleted by another process."));
        return ExitCodes.Cancelled;
    }

    private async Task CancelAsync(RunInput run)
    {
        try
        {
            interrupts.Write(() => view.Say($"Cancelling. Press Ctrl+C again to leave now: 'orchestrator resume {run.RunId}' then goes on with it."));
            await app.Services.GetRequiredService<RunControls>().CancelAsync(app.Client, run, CancellationToken.None);
        }
        catch (Exception problem)
        {
            // The run goes on: the user who asked for its end must know.
            interrupts.Write(() => view.Say($"The run could not be cancelled: {problem.Message} Press Ctrl+C again to leave: nothing more is spent then."));
        }
    }

    /// <summary>Shows events until the last one, or until it is cancelled: what came by then has been shown.</summary>
    private async Task ShowAsync(RunIdentity run, int runAttempt, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var item in app.Services.GetRequiredService<RunEventFeed>().FollowAsync(run, 0, cancellationToken))
            {
                interrupts.Write(() => view.Show(item));
                if (item.RunAttempt == runAttempt && RunEventNames.IsFinal(item.Event))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The orchestration ended without a last event; the caller says what became of it.
        }
    }
}
