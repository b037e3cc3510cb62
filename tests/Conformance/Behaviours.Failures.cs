using Microsoft.DurableTask;
using Orchestrator.Conformance.Engines;

namespace Orchestrator.Conformance;

/// <summary>Behaviours that throw and catch.</summary>
internal static partial class Behaviours
{
    /// <summary>What the activity "Fail" throws when it is given "no".</summary>
    public const string Causes =
        "Orchestrator.Conformance.Behaviours+Refusal no < System.FormatException cause of no < Xunit.Sdk.XunitException first cause";

    /// <summary>Each failure from the outermost to its last cause: its type, and its text.</summary>
    public static string Chain(TaskFailureDetails? failure) => failure is null ? string.Empty
        : $"{failure.ErrorType} {failure.ErrorMessage}" + (failure.InnerFailure is { } inner ? " < " + Chain(inner) : string.Empty);

    /// <summary>It is looked for in stacks.</summary>
    public static void ThrowNamed(string type) =>
        throw (Exception)Activator.CreateInstance(Type.GetType(type, throwOnError: true)!, "no, thank you")!;

    /// <summary>It is looked for in stacks.</summary>
    public static async Task<string> CallAndFailAsync(TaskOrchestrationContext context, string type) =>
        await context.CallActivityAsync<string>("Throw", type);

    private static void RegisterFailures(IRegistry registry)
    {
        registry.Activity<string, string>("Fail", (_, text) =>
            throw new Refusal(text, new FormatException("cause of " + text, new Xunit.Sdk.XunitException("first cause"))));
        registry.Activity<string, string>("Throw", (_, type) =>
        {
            ThrowNamed(type);
            return Task.FromResult("not thrown");
        });
        registry.Orchestrator<string, string>("Failing", (context, text) => context.CallActivityAsync<string>("Fail", text));
        registry.Orchestrator<string, string>("Throwing", (_, type) =>
        {
            ThrowNamed(type);
            return Task.FromResult("not thrown");
        });
        registry.Orchestrator<string, string>("CallsThrowing", CallAndFailAsync);
        registry.Orchestrator<string, string[]>("Explaining", async (context, text) =>
        {
            try
            {
                return [await context.CallActivityAsync<string>("Fail", text)];
            }
            catch (TaskFailedException failure)
            {
                return [$"{failure.TaskName}#{failure.TaskId}", Chain(failure.FailureDetails), failure.FailureDetails.StackTrace!];
            }
        });
        registry.Orchestrator<string[], string[]>("Choosy", async (context, types) =>
        {
            var caught = new List<string>();
            foreach (var type in types)
            {
                caught.Add(await CatchAsync(context, type));
            }

            return [.. caught];
        });
        registry.Orchestrator<string, int>("Misreading", (context, text) => context.CallActivityAsync<int>("Echo", text));
        registry.Orchestrator<string, string>("CallsUnknown", (context, name) => context.CallActivityAsync<string>(name, ""));
    }

    private static async Task<string> CatchAsync(TaskOrchestrationContext context, string type)
    {
        try
        {
            return await context.CallActivityAsync<string>("Throw", type);
        }
        catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<Refusal>())
        {
            return "refused";
        }
        catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<ArithmeticException>())
        {
            return "arithmetic";
        }
        catch (TaskFailedException failure) when (failure.FailureDetails.IsCausedBy<Exception>())
        {
            return "something";
        }
    }

    /// <summary>A type that no framework knows.</summary>
    public sealed class Refusal : Exception
    {
        public Refusal(string message)
            : base(message)
        {
        }

        public Refusal(string message, Exception inner)
            : base(message, inner)
        {
        }
    }
}
