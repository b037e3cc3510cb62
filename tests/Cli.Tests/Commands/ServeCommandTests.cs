using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Cli.Tests.Commands;

public sealed class ServeCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Missing_prompts_folder_is_refused_before_anything_starts()
    {
        var result = await Workspace.InvokeAsync("serve", "--port", "0", "--state", _workspace.State, "--prompts", _workspace.Path("nowhere"));

        result.AssertExit(ExitCodes.WrongUsage);
        Assert.Equal($"The prompts folder '{_workspace.Path("nowhere")}' does not exist.", Assert.Single(result.ErrorLines));
        Assert.False(Directory.Exists(_workspace.State));
    }

    [Fact]
    public async Task Port_in_use_is_refused_with_advice()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var result = await Workspace.InvokeAsync("serve", "--port", $"{port}", "--state", _workspace.State);

        result.AssertExit(ExitCodes.WrongUsage);
        Assert.Contains($"port {port}", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    [Trait("Trust", "15")]
    public async Task Folder_in_which_the_address_cannot_be_left_is_refused_in_a_sentence()
    {
        var inTheWay = Directory.CreateDirectory(Path.Combine(_workspace.State, "serve.json"));

        var result = await Workspace.InvokeAsync("serve", "--port", "0", "--state", _workspace.State);

        result.AssertPlainRefusal();
        Assert.Contains($"Cannot use '{inTheWay.FullName}': ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_that_is_not_the_simulated_one_is_refused_by_the_name_of_the_option()
    {
        var result = await Workspace.InvokeAsync("serve", "--model", "gpt-4", "--state", _workspace.State);

        result.AssertPlainRefusal();
        Assert.StartsWith("--model takes the simulated model only", result.ErrorLines[0], StringComparison.Ordinal);
        Assert.False(Directory.Exists(_workspace.State));
    }
}
