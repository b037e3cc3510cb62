using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.DurableTask.Protobuf;
using Orchestrator.Conformance.Wire.Rpc;

namespace Orchestrator.Conformance.Wire;

/// <summary>
/// What the Durable extension is in the real host: gives work items of the hub to the worker's functions, and their answers to the hub.
/// </summary>
/// <param name="sessions">How long the worker keeps an orchestration between its episodes, as host.json says; null: not at all.</param>
internal sealed class TaskHubBridge(FunctionsHost host, TaskHub hub, TimeSpan? sessions)
{
    private int _continued;

    private readonly TaskHubSidecarService.TaskHubSidecarServiceClient _hub = new(hub.Channel);

    /// <summary>How many episodes went on in the worker's memory, without a history.</summary>
    public int ContinuedEpisodes => _continued;

    /// <summary>Works until it is stopped.</summary>
    /// <exception cref="InvalidOperationException">A work item could not be handled.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var items = _hub.GetWorkItems(new GetWorkItemsRequest(), cancellationToken: stop);
        var handled = new List<Task>();
        try
        {
            await foreach (var item in items.ResponseStream.ReadAllAsync(stop))
            {
                handled.Add(item.RequestCase switch
                {
                    WorkItem.RequestOneofCase.OrchestratorRequest => OrchestrateAsync(item.OrchestratorRequest, item.CompletionToken),
                    WorkItem.RequestOneofCase.ActivityRequest => ExecuteAsync(item.ActivityRequest, item.CompletionToken),
                    _ => Task.CompletedTask,
                });
            }
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException && stop.IsCancellationRequested)
        {
            // The host stops.
        }

        await Task.WhenAll(handled.Where(task => task.IsFaulted));
    }

    private async Task OrchestrateAsync(OrchestratorRequest request, string token)
    {
        var name = request.PastEvents.Concat(request.NewEvents).Last(entry => entry.ExecutionStarted is not null).ExecutionStarted.Name;
        var withHistory = sessions is null || request.PastEvents.Count == 0;
        while (true)
        {
            try
            {
                var done = await host.InvokeAsync(name, State(request, withHistory));
                if (!done.Result.IsSuccess)
                {
                    throw new InvalidOperationException($"{name} ended without an answer: {done.Result.Exception?.Message}");
                }

                var answer = OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(done.ReturnValue.String));
                if (answer.RequiresHistory)
                {
                    // Its session in the worker has ended.
                    withHistory = true;
                    continue;
                }

                Interlocked.Add(ref _continued, withHistory ? 0 : 1);
                answer.CompletionToken = token;
                await _hub.CompleteOrchestratorTaskAsync(answer);
                return;
            }
            catch (WorkerExitedException)
            {
                // The extension aborts the session, and the hub gives the episode out again.
                withHistory = true;
            }
        }
    }

    private TypedData State(OrchestratorRequest request, bool withHistory)
    {
        var sent = new OrchestratorRequest(request);
        if (sessions is { } idle)
        {
            sent.Properties["IsExtendedSession"] = Value.ForBool(true);
            sent.Properties["ExtendedSessionIdleTimeoutInSeconds"] = Value.ForNumber(idle.TotalSeconds);
            sent.Properties["IncludeState"] = Value.ForBool(withHistory);
        }

        if (!withHistory)
        {
            sent.PastEvents.Clear();
        }

        return new TypedData { String = Convert.ToBase64String(sent.ToByteArray()) };
    }

    private async Task ExecuteAsync(ActivityRequest request, string token)
    {
        var answer = new ActivityResponse { InstanceId = request.OrchestrationInstance.InstanceId, TaskId = request.TaskId, CompletionToken = token };
        try
        {
            var done = await host.InvokeAsync(request.Name, new TypedData { String = Input(request) });
            if (done.Result.IsSuccess)
            {
                answer.Result = done.ReturnValue?.DataCase == TypedData.DataOneofCase.Json ? done.ReturnValue.Json : done.ReturnValue?.String;
            }
            else
            {
                answer.FailureDetails = TaskFailureDetails.Parser.ParseJson(done.Result.Exception.Message);
            }
        }
        catch (WorkerExitedException exit)
        {
            answer.FailureDetails = new TaskFailureDetails
            {
                ErrorType = "Microsoft.Azure.WebJobs.Host.FunctionInvocationException",
                ErrorMessage = $"Exception while executing function: Functions.{request.Name}",
                InnerFailure = new TaskFailureDetails
                {
                    ErrorType = "Microsoft.Azure.WebJobs.Script.Workers.WorkerProcessExitException",
                    ErrorMessage = exit.Message,
                },
            };
        }

        await _hub.CompleteActivityTaskAsync(answer);
    }

    /// <summary>An orchestration writes the input of an activity as the only item of a list.</summary>
    private static string Input(ActivityRequest request) => JsonElement.Parse(request.Input)[0].GetRawText();
}
