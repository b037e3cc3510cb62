using Orchestrator.Bench.Layers;
using Orchestrator.Bench.Runtime;

namespace Orchestrator.Bench.Peers;

/// <summary>A started engine. It does one thing at a time, and checks its answer.</summary>
internal interface IPeer : IAsyncDisposable
{
    /// <summary>Activities that do nothing. The code is there before; what is measured is from the start to the durable end.</summary>
    /// <returns>Seconds.</returns>
    public Task<double> NoOpsAsync(NoOpWork work);

    /// <summary>A workflow of steps that wait, from its definition to its durable end.</summary>
    /// <returns>Seconds.</returns>
    public Task<double> RunAsync(IWorkload workload);
}
