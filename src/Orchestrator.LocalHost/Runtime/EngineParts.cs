using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>What an engine is made of.</summary>
internal sealed record EngineParts(
    FunctionRegistry Registry,
    IServiceProvider Services,
    IJournal Journal,
    SteadyClock Time,
    DataConverter Converter,
    ILoggerFactory LoggerFactory,
    LocalDurableHostOptions Options,
    Action<OrchestrationInstance>? PumpScheduler);
