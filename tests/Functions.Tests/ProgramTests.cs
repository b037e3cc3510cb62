using System.Diagnostics;

namespace Orchestrator.Functions.Tests;

/// <summary>The worker process of the app, as the Functions host starts it, with settings that cannot be used.</summary>
public class ProgramTests
{
    [Theory]
    [InlineData("AzureWebJobsStorage", null, "AzureWebJobsStorage is not set; ")]
    [InlineData("AzureWebJobsStorage", "AccountName=shop", "AzureWebJobsStorage is no connection string of a storage account; ")]
    [InlineData("AzureWebJobsStorage__accountName", "shop", "AzureWebJobsStorage and AzureWebJobsStorage__accountName are both set")]
    [InlineData("Orchestrator__Container", "A", "Orchestrator:Container is 'A'")]
    [InlineData("Orchestrator__Storage", "disk", "Orchestrator:Storage is 'disk'; write azure or files.")]
    [InlineData("Orchestrator__RetainDays", "0", "Orchestrator:RetainDays is a number of days from 1 to 36500.")]
    [InlineData("Orchestrator__Model", "simulated:speed=1", "The setting Orchestrator:Model takes the simulated model only, ")]
    [InlineData("Orchestrator__Retain", "1", "The setting Orchestrator:Retain has no meaning. ")]
    [InlineData("AZURE_OPENAI_ENDPOINT", "nowhere", "AZURE_OPENAI_ENDPOINT is no address of a server: ")]
    [InlineData("Orchestrator__Model", "simulated", "This program is the worker of a Functions host, which starts it and names its address: ")]
    [InlineData(
        "AzureFunctionsJobHost__functionTimeout", "never", "functionTimeout is 'never' in the setting AzureFunctionsJobHost__functionTimeout; ")]
    public async Task Setting_that_cannot_be_used_ends_the_start_with_one_sentence_and_no_stack_trace(string setting, string? value, string sentence)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(OrchestratorServices).Assembly.Location])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true
        };
        start.Environment["AzureWebJobsStorage"] = "UseDevelopmentStorage=true";
        start.Environment[setting] = value;
        if (value is null)
        {
            start.Environment.Remove(setting);
        }

        using var worker = Process.Start(start)!;
        var (error, output) = (worker.StandardError.ReadToEndAsync(), worker.StandardOutput.ReadToEndAsync());
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            await worker.WaitForExitAsync(patience.Token);
        }
        finally
        {
            // One that has started after all would serve on. One that has ended is left as it is.
            worker.Kill();
        }

        Assert.Equal((1, ""), (worker.ExitCode, await output));
        Assert.StartsWith(sentence, await error, StringComparison.Ordinal);
        Assert.Single((await error).TrimEnd().Split('\n'));
        Assert.DoesNotContain("   at ", await error, StringComparison.Ordinal);
    }
}
