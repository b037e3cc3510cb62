using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestrator.LocalHost.Tests.Goldens;

/// <summary>The result of an instance, without times and stack traces, which differ from run to run.</summary>
internal sealed record GoldenResult(
    string Instance, string Name, string Status, string? Input, string? Output, string? CustomStatus, IReadOnlyDictionary<string, string> Tags,
    string? Failure)
{
    public static GoldenResult Of(OrchestrationMetadata ended) => new(
        ended.InstanceId,
        ended.Name,
        ended.RuntimeStatus.ToString(),
        ended.SerializedInput,
        ended.SerializedOutput,
        ended.SerializedCustomStatus,
        new SortedDictionary<string, string>(ended.Tags.ToDictionary(), StringComparer.Ordinal),
        Describe(ended.FailureDetails));

    private static string? Describe(TaskFailureDetails? failure) =>
        failure is null
            ? null
            : $"{failure.ErrorType}: {failure.ErrorMessage}" + (failure.InnerFailure is { } inner ? $" <- {Describe(inner)}" : string.Empty);
}
