using Microsoft.Extensions.Logging;

namespace Orchestrator.Functions.Telemetry;

/// <summary>The lines that the app itself logs, with their event ids.</summary>
internal static partial class AppLog
{
    /// <summary>Seed 000's "Executing parallel batch"; to be logged through a logger that is silent in a replay.</summary>
    [LoggerMessage(
        2001, LogLevel.Debug,
        "Run '{Run}' starts {BatchSize} steps at once; {Executing} are executing, {Completed} of {TotalSteps} are done, {Remaining} remain.")]
    public static partial void BatchStarts(this ILogger logger, string run, int batchSize, int executing, int completed, int totalSteps, int remaining);

    [LoggerMessage(
        2101, LogLevel.Warning,
        "No telemetry is sent: {Setting} is '{Value}', which is no address. Set it to the address of a collector, such as http://localhost:4317.")]
    public static partial void NoAddress(this ILogger logger, string setting, string value);
}
