using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Storage;
using Orchestrator.Workflows.Formats.Requests;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http.Runs;

/// <summary>Starts a run over HTTP, of a definition in the body or of a stored one: body, options, key, wait and answer. Thread-safe.</summary>
public sealed class HttpRunStart(
    RunStarter starter, RunStore runs, RunReader reader, StartKeys keys, IRunIds ids, OrchestratorOptions options, TimeProvider time)
{
    /// <summary>Maximum time in seconds that a request may wait for the run to end.</summary>
    public const int MaxWaitSeconds = 100;

    private const int MaxKeyLength = 255;

    /// <summary>Starts the definition in the body.</summary>
    public Task<IResult> StartAsync(HttpRequest request, DurableTaskClient client, CancellationToken cancellationToken) =>
        AnswerAsync(request, client, null, cancellationToken);

    /// <summary>Starts a stored definition.</summary>
    /// <param name="stored">Its text, and the workflow's slug and app for a definition without them.</param>
    public Task<IResult> StartAsync(HttpRequest request, DurableTaskClient client, StartRequest stored, CancellationToken cancellationToken) =>
        AnswerAsync(request, client, stored, cancellationToken);

    private Task<IResult> AnswerAsync(HttpRequest request, DurableTaskClient client, StartRequest? stored, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Problems.AnswerAsync(async () =>
        {
            request.CheckQuery(stored is null ? ["wait"] : ["wait", "app"]);
            var body = await StartBody.ReadAsync(request, optional: false, cancellationToken);
            var (wait, key) = (Wait(request), Key(request));
            var start = Read(body, stored);
            var run = key is null
                ? await starter.StartAsync(client, start, cancellationToken)
                : await StartOnceAsync(client, start, key, StartKeys.Hash(request.Path, Encoding.UTF8.GetString(body)), cancellationToken);
            return wait is { } limit && await WaitForEndAsync(run, limit, cancellationToken) is { } ended
                ? Results.Json(ended, WorkflowJson.Document)
                : StartPayload.Answer(request, client, run);
        });
    }

    /// <summary>
    /// Waits for the end of the run. Null when it has not ended in time, or the store became unavailable: the run is started in any case.
    /// </summary>
    private async Task<RunDocument?> WaitForEndAsync(RunInput run, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await BoundedRead.RunAsync(
                token => reader.WaitAsync(run.RunId, run.RunAttempt, limit, token), limit + BoundedRead.Limit, time, cancellationToken);
        }
        catch (ContentStoreException)
        {
            return null;
        }
    }

    /// <summary>
    /// Starts a run for the first request with the key only. The key is written before the run, so that a repeated request continues after a crash.
    /// </summary>
    private async Task<RunInput> StartOnceAsync(
        DurableTaskClient client, StartRequest start, string key, string request, CancellationToken cancellationToken)
    {
        start = start with { StartKey = StartKeys.Hash(key, request) };
        var claim = await keys.FindAsync(key, cancellationToken);
        while (true)
        {
            if (claim is not null && claim.Request != request)
            {
                throw new RequestRefusedException(
                    StatusCodes.Status422UnprocessableEntity, "idempotencyKeyReused",
                    $"The Idempotency-Key stands for another request, which started run '{claim.RunId}'. Use a new key for a new request.");
            }

            // A run that is under way is not checked again, since its prompts may have changed meanwhile.
            if (claim is not null && await runs.FindAsync(claim.RunId, cancellationToken) is { Status: not RunStatus.Pending } known
                && known.StartKey == start.StartKey)
            {
                await keys.BeginAsync(key, claim, cancellationToken);
                return new RunInput(claim.RunId, 1);
            }

            if (claim is { Begun: true } && (await runs.FindAsync(claim.RunId, cancellationToken))?.StartKey != start.StartKey)
            {
                // The client may not have received the answer to its first request: the run must not be paid twice for one key.
                throw new RequestRefusedException(
                    StatusCodes.Status410Gone, "runDeleted",
                    $"The Idempotency-Key stands for run '{claim.RunId}', which was deleted. Use a new key to run the request again.");
            }

            var runId = claim?.RunId ?? start.RunId ?? ids.Next();
            var prepared = await starter.PrepareAsync(start with { RunId = runId }, cancellationToken);
            claim = await keys.TakeAsync(key, request, runId, cancellationToken);
            if (claim.Request == request && claim.RunId == runId)
            {
                var run = await starter.StartAsync(client, prepared, foreground: null, cancellationToken);
                await keys.BeginAsync(key, claim, cancellationToken);
                return run;
            }
        }
    }

    private StartRequest Read(byte[] body, StartRequest? stored)
    {
        using var json = StartBody.Parse(body);
        var start = RunStartReader.Read(body, hasDefinition: stored is null, out var findings);
        var problems = findings.ToList();
        var mocks = StartBody.Mocks(start.Mocks, options, problems);
        return problems.Count > 0
            ? throw new RequestRefusedException(problems)
            : (stored ?? new StartRequest { Definition = StartBody.Definition(json) }) with
            {
                Inputs = start.Inputs,
                RunId = start.RunId,
                Options = start.Options,
                Environment = start.Environment ?? "default",
                Tags = start.Tags,
                Mocks = mocks,
            };
    }

    private static TimeSpan? Wait(HttpRequest request)
    {
        if (!request.Query.TryGetValue("wait", out var text))
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= MaxWaitSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new RequestRefusedException(
                StatusCodes.Status400BadRequest,
                "invalidInput",
                $"The query parameter 'wait' is '{text}'; it must be a whole number of seconds from 1 to {MaxWaitSeconds}.");
    }

    private static string? Key(HttpRequest request)
    {
        if (!request.Headers.TryGetValue("Idempotency-Key", out var keys))
        {
            return null;
        }

        return keys is [{ Length: >= 1 and <= MaxKeyLength } key]
            ? key
            : throw new RequestRefusedException(
                StatusCodes.Status400BadRequest,
                "invalidInput",
                $"The header Idempotency-Key must be given once and have 1 to {MaxKeyLength} characters.");
    }
}
