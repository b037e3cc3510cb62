using System.Collections.Concurrent;
using Grpc.Core;
using Orchestrator.Conformance.Wire.Rpc;

namespace Orchestrator.Conformance.Wire;

/// <summary>Where worker processes open their streams.</summary>
internal sealed class FunctionRpcService : FunctionRpc.FunctionRpcBase
{
    private readonly ConcurrentDictionary<string, WorkerProcess> _workers = new();

    /// <summary>Lets the worker in.</summary>
    public void Expect(WorkerProcess worker) => _workers[worker.Id] = worker;

    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
    {
        await requestStream.MoveNext(context.CancellationToken);
        if (!_workers.TryRemove(requestStream.Current.StartStream.WorkerId, out var worker))
        {
            throw new RpcException(
                new Status(StatusCode.NotFound, $"This host has not started worker '{requestStream.Current.StartStream.WorkerId}'."));
        }

        await worker.ServeAsync(requestStream, responseStream, context.CancellationToken);
    }
}
