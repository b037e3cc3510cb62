using Orchestrator.Testing.Azurite;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary>The only tests of this assembly that read the setting of the storage account, so they may set it.</summary>
[NeedsAzurite]
public sealed class AzureStorageTests : IAsyncLifetime, IDisposable
{
    private readonly Workspace _workspace = new();

    public async Task InitializeAsync()
    {
        Environment.SetEnvironmentVariable("AzureWebJobsStorage", (await AzuriteServer.SharedAsync()).ConnectionString);
        Environment.SetEnvironmentVariable("Orchestrator__Container", $"t{Guid.NewGuid():N}");
    }

    public Task DisposeAsync()
    {
        Environment.SetEnvironmentVariable("AzureWebJobsStorage", null);
        Environment.SetEnvironmentVariable("Orchestrator__Container", null);
        return Task.CompletedTask;
    }

    [SuiteFact]
    public async Task Workflow_prompt_and_run_are_kept_in_the_account_and_seen_by_all_commands()
    {
        await InvokeAsync("prompts", "add", _workspace.Write("greet.md", "Say {{word}}."));
        await InvokeAsync("workflows", "add", _workspace.Write("one.json", Workspace.One));

        var run = await InvokeAsync("run", "one", "-i", "word=hello", "--run-id", "mine", "--mocks", _workspace.Mocks(), "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.StartsWith("greet@", (await InvokeAsync("prompts", "list")).Output, StringComparison.Ordinal);
        Assert.StartsWith("one: version 1, ", (await InvokeAsync("workflows", "list")).Output, StringComparison.Ordinal);
        Assert.Contains("mine  completed", (await InvokeAsync("runs", "list")).Output, StringComparison.Ordinal);
        Assert.Equal("completed", (await InvokeAsync("runs", "show", "mine", "--json")).Json().GetProperty("status").GetString());
        Assert.False(Directory.Exists(Path.Combine(_workspace.State, "runs")));
    }

    [SuiteFact]
    public async Task Run_that_is_not_in_the_account_is_refused_with_its_name()
    {
        var result = await InvokeAsync("runs", "show", "nobody");

        result.AssertPlainRefusal();
        Assert.StartsWith("There is no run 'nobody' in the container 't", result.Error, StringComparison.Ordinal);
    }

    [SuiteFact]
    public async Task Account_that_is_not_set_is_refused_with_what_to_write()
    {
        Environment.SetEnvironmentVariable("AzureWebJobsStorage", null);

        var result = await InvokeAsync("workflows", "list");

        result.AssertPlainRefusal();
        Assert.StartsWith("AzureWebJobsStorage is not set; write ", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _workspace.Dispose();

    private Task<CommandResult> InvokeAsync(params string[] args) =>
        Workspace.InvokeAsync([.. args, "--storage", "azure", "--state", _workspace.State]);
}
