using System.Text.Json.Nodes;
using Orchestrator.CrashSweep.Writes;
using Orchestrator.Functions.Application;
using Orchestrator.Storage;

namespace Orchestrator.CrashSweep.Running;

/// <summary>
/// The client of a run, which outlives the processes that it asks: it asks for one thing after the other, and in the next process again for what it
/// does not know to be done. Refused then, it asks once more when the run can do nothing more: refused again, the process that died had done it.
/// </summary>
internal sealed class SweepClient(SweepDefinition definition)
{
    private Task? _asked;
    private int _answered;
    private bool _mayBeDone;
    private bool _isRefused;

    /// <summary>The first request without a known success; null when none is left.</summary>
    public string? Unanswered => _answered > definition.Requests.Count
        ? null
        : $"The client got no answer to its request to {(_answered == 0 ? "start" : definition.Requests[_answered - 1])}.";

    /// <summary>Whether it has sent a resume or a fork.</summary>
    public bool HasResumed { get; private set; }

    /// <summary>Whether processes have this version: the older one has ended, or there was none.</summary>
    public bool IsUpgraded { get; private set; } = !definition.IsUpgraded;

    /// <summary>Why the last process refused; null when it gave no answer.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Sends the next request when it is due. False when none was sent.</summary>
    /// <param name="isAtRest">Whether the process is idle.</param>
    public bool AskNext(SweepApp app, IContentStore store, SweepWrites writes, TimeProvider time, bool isAtRest)
    {
        TakeAnswer();
        if (_asked is not null || _answered > definition.Requests.Count)
        {
            return false;
        }

        if (_answered == 0)
        {
            _asked = PatientlyAsync(() => app.StartRunAsync(definition), writes, time);
            return true;
        }

        var request = definition.Requests[_answered - 1];
        if (_mayBeDone ? _isRefused && !isAtRest : !IsDue(request, store, isAtRest))
        {
            return false;
        }

        IsUpgraded |= request.Kind == SweepRequestKind.Upgrade;
        HasResumed |= request.Kind is SweepRequestKind.Resume or SweepRequestKind.Fork;
        _asked = PatientlyAsync(() => AskAsync(app, request), writes, time);
        return true;
    }

    /// <summary>The process is gone.</summary>
    public void Disconnect()
    {
        TakeAnswer();
        Failure = _asked?.Exception;
        (_mayBeDone, _isRefused, _asked) = (_mayBeDone || _asked is not null, false, null);
    }

    private static bool IsDue(SweepRequest request, IContentStore store, bool isAtRest) => isAtRest && (request.Event is null || request.IsOptional)
        || request.Event is not null && SweepLog.Events(store, SweepRuns.Started).Any(item => (string?)item["stepId"] == request.Step
            && ((string?)item["event"] == request.Event || (request.Event == "step.started" && IsEndOfAttempt(item))));

    /// <summary>Readers are shown the start of an attempt before its end, also when its own record comes later.</summary>
    private static bool IsEndOfAttempt(JsonObject item) => item.ContainsKey("checkpoint");

    /// <summary>The answer to a request that was carried out before, or that comes too early.</summary>
    private static bool IsRefusal(Exception? exception) => exception is RunStateException or RunExistsException;

    /// <summary>Waits while the store is unavailable, then repeats the request.</summary>
    private async Task PatientlyAsync(Func<Task> ask, SweepWrites writes, TimeProvider time)
    {
        while (true)
        {
            try
            {
                await ask();
                return;
            }
            catch (ContentStoreException) when (writes.IsStoreAway)
            {
                _mayBeDone = true;
                await Task.Delay(TimeSpan.FromSeconds(10), time);
            }
        }
    }

    private async Task AskAsync(SweepApp app, SweepRequest request)
    {
        try
        {
            await app.AskAsync(request);
        }
        catch (Exception exception) when (IsRefusal(exception) && (request.IsOptional || (_isRefused && request.Kind != SweepRequestKind.Delete)))
        {
            // It was carried out already, or cannot be.
        }
        catch (RunNotFoundException) when (_mayBeDone && request.Kind == SweepRequestKind.Delete)
        {
            // It was deleted already.
        }
    }

    private void TakeAnswer()
    {
        if (_asked is { IsCompletedSuccessfully: true })
        {
            (_answered, _mayBeDone, _isRefused, _asked) = (_answered + 1, false, false, null);
        }
        else if (_mayBeDone && !_isRefused && IsRefusal(_asked?.Exception?.InnerException))
        {
            (_isRefused, _asked) = (true, null);
        }
    }
}
