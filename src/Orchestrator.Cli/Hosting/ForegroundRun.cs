using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Documents;
using Orchestrator.Activities.Events;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Stores;
using Orchestrator.Cli.Output;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Functions.Runs;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Cli.Hosting;

/// <summary>Follows a run until it ends: prints its id before anything is spent, shows its events, and cancels it on a signal.</summary>
internal sealed class ForegroundRun(LocalApp app, RunView view, Interrupts interrupts, string? note = null)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>Why the run is not cancelled yet; null when it is, or was not asked to be.</summary>
    private volatile Exception? _refusal;

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
    /// <param name="nextAttempt">Goes on with a run whose attempt has failed for what is stored of it; null: how it ended is shown.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> FollowAsync(RunInput run, CancellationToken cancellationToken, Func<RunRecord, Task<int>>? nextAttempt = null)
    {
        if (await app.Services.GetRequiredService<RunStore>().FindAsync(run.RunId, cancellationToken) is not { Identity: var identity })
        {
            return Deleted(run);
        }

        var completion = app.Client.WaitForInstanceCompletionAsync(run.InstanceId, getInputsAndOutputs: true, cancellationToken);
        using var following = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var cancelling = interrupts.Asked.Register(() => _ = CancelAsync(run, following.Token));
        var shown = ShowAsync(identity, run.RunAttempt, following.Token);
        var unwritten = UnwrittenAsync(run, following.Token);
        if (await Task.WhenAny(completion, unwritten) == unwritten && await unwritten is { } problem)
        {
            await following.CancelAsync();
            await LeaveAsync(run, problem);
        }

        var instance = await completion;
        await following.CancelAsync();
        await shown;
        if (await app.Services.GetRequiredService<RunReconciler>().FindAsync(app.Client, run.RunId, cancellationToken) is not { } record || record.Identity != identity)
        {
            return Deleted(run);
        }

        var failure = OrchestrationFailure.Of(instance);
        if (failure.IsOfTheStorage && (record.Status == RunStatus.Failed || record.IsUpgraded) && nextAttempt is not null)
        {
            return await nextAttempt(record);
        }

        // A terminated run has ended as cancelled, and its document says why.
        if (!failure.IsOfTheStorage && instance.RuntimeStatus is not (OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Terminated))
        {
            throw new InvalidOperationException(
                $"The orchestration of run '{run.RunId}' ended as {instance.RuntimeStatus}: {failure.Message ?? "no details"}");
        }

        if (await app.Services.GetRequiredService<RunReader>().FindAsync(run.RunId, cancellationToken) is not { } document)
        {
            return Deleted(run);
        }

        interrupts.Write(() => view.End(document));
        return ExitCodes.Of(document!.Status, document.Error);
    }

    /// <summary>After a signal: why what must be written for the run's end is not, though it was tried for the time that a stop may take.</summary>
    /// <returns>Null when it is no longer waited for.</returns>
    private async Task<Exception?> UnwrittenAsync(RunInput run, CancellationToken cancellationToken)
    {
        var time = app.Services.GetRequiredService<TimeProvider>();
        try
        {
            await interrupts.WaitAsync().WaitAsync(cancellationToken);
            var asked = time.GetTimestamp();
            while (true)
            {
                await Task.Delay(LookInterval, time, cancellationToken);
                var refusal = time.GetElapsedTime(asked) >= app.StopTimeout ? _refusal : null;
                if ((refusal ?? app.Content.FailingFor(ContentPrefix.Under(StoreFolders.Runs, run.RunId), app.StopTimeout, asked)) is { } problem)
                {
                    return problem;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Leaves a run whose end cannot be written: what is in flight is aborted, and the run goes on when a user says so.</summary>
    private async Task LeaveAsync(RunInput run, Exception problem)
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        throw new RunStateException(
            $"Run '{run.RunId}' was not cancelled: its end could not be written for {app.StopTimeout.TotalSeconds:0.###} s. {problem.Message} "
            + $"The run is interrupted: 'orchestrator runs cancel {run.RunId}' ends it then, 'orchestrator resume {run.RunId}' goes on with it.",
            RunStatus.Interrupted);
    }

    private int Deleted(RunInput run)
    {
        interrupts.Write(() => view.Say($"Run '{run.RunId}' was deleted by another process."));
        return ExitCodes.Cancelled;
    }

    private async Task CancelAsync(RunInput run, CancellationToken left)
    {
        try
        {
            interrupts.Write(() => view.Say(app.IsKept
                ? $"Cancelling. Press Ctrl+C again to leave now: 'orchestrator resume {run.RunId}' then goes on with it."
                : "Cancelling. Press Ctrl+C again to leave now: the run, which is in memory only, is gone then."));
            for (var isFirst = true; !await TryCancelAsync(run, isFirst, left); isFirst = false)
            {
                await Task.Delay(LookInterval, app.Services.GetRequiredService<TimeProvider>(), left);
            }
        }
        catch (Exception) when (left.IsCancellationRequested)
        {
            // The run has ended, or is left.
        }
    }

    /// <returns>False when it could not be written: the process has a while for its end, in which the storage may come back.</returns>
    private async Task<bool> TryCancelAsync(RunInput run, bool isFirst, CancellationToken left)
    {
        try
        {
            await app.Services.GetRequiredService<RunControls>().CancelAsync(app.Client, run, left);
            _refusal = null;
            return true;
        }
        catch (Exception problem) when (!left.IsCancellationRequested)
        {
            _refusal = problem;
            if (isFirst)
            {
                interrupts.Write(() => view.Say($"The run is not cancelled yet: {problem.Message} That is tried for {app.StopTimeout.TotalSeconds:0.###} s. Press Ctrl+C again to leave now."));
            }

            return false;
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
