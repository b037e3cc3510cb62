using System.Diagnostics.CodeAnalysis;
using DurableTask.Core;
using Microsoft.DurableTask;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>The engine's form of a failure, which only retry policies still want.</summary>
internal static class CoreFailure
{
    [return: NotNullIfNotNull(nameof(failure))]
    public static FailureDetails? From(TaskFailureDetails? failure) => failure is null
        ? null
        : new FailureDetails(failure.ErrorType, failure.ErrorMessage, failure.StackTrace, From(failure.InnerFailure), false, failure.Properties);
}
