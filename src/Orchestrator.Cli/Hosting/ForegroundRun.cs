using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.Output;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Cli.Hosting;

/// <summary>Follows a run until it ends: prints its id before anything is spent, shows its events, and cancels it on a signal. For one run.</summary>
/// <param name="note">A sentence to print before the run's id; null for none.</param>
internal sealed class ForegroundRun(LocalApp app, RunView view, Interrupts interrupts, string? note = null)
{
    /// <summary>How often a cancellation that failed is repeated, and failed writes are looked for.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>Why the requested cancellation has not been written yet; null when it is written, or none was requested.</summary>
    private volatile Exception? _cancelError;

    /// <summary>The caller that a request to start or resume a run names.</summary>
    public ForegroundCaller Caller => new(BeginAsync, interrupts.StopRequested);

    /// <summary>Starts a run and follows it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StartAsync(StartRequest request, CancellationToken cancellationToken)
    {
        var run = await Get<RunStarter>().StartAsync(app.Client, request with { Foreground = Caller }, cancellationToken);
        return await FollowAsync(run, cancellationToken);
    }

    /// <summary>Prints the run's id. When a signal has requested it by now, records the cancellation, so that no step of the run starts.</summary>
    /// <exception cref="ContentStoreException">The run's feed or record cannot be read.</exception>
    public async Task BeginAsync(RunInput run, CancellationToken cancellationToken)
    {
        var prepared = await Get<RunStore>().GetPreparedAsync(run.RunId, run.RunAttempt, cancellationToken);

        // A feed that cannot be read cannot be written either: fail before anything is spent.
        await Get<RunEventFeed>().ReadAsync(prepared.Identity, cancellationToken);
        interrupts.Write(() => view.Begin(
            prepared, [.. note is null ? [] : (string[])[note], .. ModelNotes.Of(prepared, Get<IChatClientFactory>(), app.Models)]));
        if (interrupts.StopRequested.IsCancellationRequested)
        {
            await Get<RunControl>().CancelAsync(prepared.Identity, run.RunAttempt, StepReason.Cancel, cancellationToken);
        }
    }

    /// <summary>Follows a run whose id was printed, and shows how it ended.</summary>
    /// <param name="nextAttempt">Resumes a run whose orchestration failed for its stored history; null: the failure is shown.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> FollowAsync(RunInput run, CancellationToken cancellationToken, Func<RunRecord, Task<int>>? nextAttempt = null)
    {
        if (await Get<RunStore>().FindAsync(run.RunId, cancellationToken) is not { Identity: var identity })
        {
            return ReportDeleted(run);
        }

        var completion = app.Client.WaitForInstanceCompletionAsync(run.InstanceId, getInputsAndOutputs: true, cancellationToken);
        using var following = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var cancelling = interrupts.StopRequested.Register(() => _ = CancelAsync(run, following.Token));
        var shown = ShowEventsAsync(identity, run.RunAttempt, following.Token);
        var failing = WaitForFailingWritesAsync(run, following.Token);
        if (await Task.WhenAny(completion, failing) == failing && await failing is { } failure)
        {
            await following.CancelAsync();
            await AbandonAsync(run, failure);
        }

        var instance = await completion;
        await following.CancelAsync();
        await shown;
        if (await Get<RunReconciler>().FindAsync(app.Client, run.RunId, cancellationToken) is not { } record
            || record.Identity != identity)
        {
            return ReportDeleted(run);
        }

        var orchestrationFailure = OrchestrationFailure.Of(instance);
        if (orchestrationFailure.IsOfTheStorage && (record.Status == RunStatus.Failed || record.IsUpgraded) && nextAttempt is not null)
        {
            return await nextAttempt(record);
        }

        // A terminated run has ended as cancelled, and its document says why.
        if (!orchestrationFailure.IsOfTheStorage
            && instance.RuntimeStatus is not (OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Terminated))
        {
            throw new InvalidOperationException(
                $"The orchestration of run '{run.RunId}' ended as {instance.RuntimeStatus}: {orchestrationFailure.Message ?? "no details"}");
        }

        if (await Get<RunReader>().FindAsync(run.RunId, cancellationToken) is not { } document || document.Error?.Message == RunDeleter.ForcedEnd)
        {
            return ReportDeleted(run);
        }

        await view.DisposeAsync();
        interrupts.Write(() => view.End(document));
        return ExitCodes.Of(document.Status, document.Error);
    }

    /// <summary>Waits, after a signal, until writes that end the run have been failing for the time that a stop may take.</summary>
    /// <returns>The failure; null when the wait was cancelled.</returns>
    private async Task<Exception?> WaitForFailingWritesAsync(RunInput run, CancellationToken cancellationToken)
    {
        var time = Get<TimeProvider>();
        try
        {
            await interrupts.WaitAsync().WaitAsync(cancellationToken);
            var requested = time.GetTimestamp();
            var values = ContentPrefix.Under(StoreFolders.Runs, run.RunId);
            while (true)
            {
                await Task.Delay(PollInterval, time, cancellationToken);
                var cancelError = time.GetElapsedTime(requested) >= app.StopTimeout ? _cancelError : null;
                if ((cancelError ?? app.Content.FindFailure(values, app.StopTimeout, requested)) is { } failure)
                {
                    return failure;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Aborts the steps in flight of a run whose end cannot be written. The run stays interrupted.</summary>
    /// <exception cref="RunStateException">Always: it tells how to end or continue the run.</exception>
    private async Task AbandonAsync(RunInput run, Exception failure)
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        throw new RunStateException(
            $"Run '{run.RunId}' was not cancelled: its end could not be written for {app.StopTimeout.TotalSeconds:0.###} s. {failure.Message} "
            + $"The run is interrupted: 'orchestrator runs cancel {run.RunId}' ends it then, 'orchestrator resume {run.RunId}' goes on with it.",
            RunStatus.Interrupted);
    }

    private int ReportDeleted(RunInput run)
    {
        interrupts.Write(() => view.WriteLine($"Run '{run.RunId}' was deleted by another process."));
        return ExitCodes.Cancelled;
    }

    private async Task CancelAsync(RunInput run, CancellationToken cancellationToken)
    {
        try
        {
            interrupts.Write(() => view.WriteLine(app.IsDurable
                ? $"Cancelling. Press Ctrl+C again to leave now: 'orchestrator resume {run.RunId}' then goes on with it."
                : "Cancelling. Press Ctrl+C again to leave now: the run, which is in memory only, is gone then."));
            for (var isFirst = true; !await TryCancelAsync(run, isFirst, cancellationToken); isFirst = false)
            {
                await Task.Delay(PollInterval, Get<TimeProvider>(), cancellationToken);
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The run has ended, or was abandoned.
        }
    }

    /// <returns>
    /// False when the cancellation could not be written. It is tried again: the storage may come back within the time that a stop may take.
    /// </returns>
    private async Task<bool> TryCancelAsync(RunInput run, bool isFirst, CancellationToken cancellationToken)
    {
        try
        {
            await Get<RunSteering>().CancelAsync(app.Client, run, cancellationToken);
            _cancelError = null;
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            _cancelError = exception;
            if (isFirst)
            {
                interrupts.Write(() => view.WriteLine(
                    $"The run is not cancelled yet: {exception.Message} That is tried for {app.StopTimeout.TotalSeconds:0.###} s. "
                    + "Press Ctrl+C again to leave now."));
            }

            return false;
        }
    }

    /// <summary>Shows the run's events until the last one, or until it is cancelled.</summary>
    private async Task ShowEventsAsync(RunIdentity run, int runAttempt, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var item in Get<RunEventFeed>().FollowAsync(run, withTexts: true, cancellationToken))
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
            // The orchestration ended without a last event. The caller reports how.
        }
    }

    private T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();
}
