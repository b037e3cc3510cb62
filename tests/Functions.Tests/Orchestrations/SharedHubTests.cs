using Microsoft.DurableTask;
using Orchestrator.Functions.Orchestrations;

namespace Orchestrator.Functions.Tests.Orchestrations;

/// <summary>A worker of another app executed an activity of this app.</summary>
public class SharedHubTests
{
    [Theory]
    [InlineData("System.ArgumentException", "The function 'ExecuteStep' doesn't exist, is disabled, or is not an activity function. Additional " +
        "info: The following are the known activity functions: 'Pay'.")]
    [InlineData("System.ArgumentException", "The function 'WorkflowRun' doesn't exist, is disabled, or is not an orchestrator function. " +
        "Additional info: No orchestrator functions are currently registered!")]
    [InlineData("ActivityTaskNotFound", "No activity task named 'ExecuteStep' was found.")]
    public void Function_that_a_worker_does_not_have_names_the_setting(string type, string message)
    {
        var wrapped = new TaskFailureDetails(
            "Microsoft.Azure.WebJobs.Host.FunctionInvocationException", "Exception.", null, new TaskFailureDetails(type, message, null, null, null),
            null);

        Assert.Contains("extensions.durableTask.hubName in host.json", SharedHub.Explain(wrapped), StringComparison.Ordinal);
        Assert.Contains("extensions.durableTask.hubName in host.json", ActivityFailure.Of(wrapped).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Output_of_an_orchestration_counts_and_any_other_failure_does_not()
    {
        Assert.NotNull(SharedHub.Explain(null, "The function 'WorkflowRun' doesn't exist, is disabled, or is not an orchestrator function."));
        Assert.Null(SharedHub.Explain(null, "no reason"));
        Assert.Null(SharedHub.Explain(new TaskFailureDetails("System.InvalidOperationException", "The step doesn't exist.", null, null, null)));
    }
}
