using System.Net;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>
/// A process that is stopped, or hangs, keeps its run and answers nothing: commands name it and how to end it, instead of waiting for it.
/// </summary>
[Trait("Trust", "15")]
public sealed class StoppedProcessTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string State => _folder.Combine("state");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Forced_deletion_of_its_run_deletes_nothing_until_it_is_ended()
    {
        using var holder = await StartStoppedAsync();

        var refused = await CommandAsync(2, "runs", "delete", "mine", "--force");

        AssertNames(holder, refused);
        Assert.Contains("Run 'mine' was not deleted, and nothing of it", refused.Error, StringComparison.Ordinal);
        Assert.Contains("\"status\": \"running\"", (await CommandAsync(0, "runs", "show", "mine", "--json")).Output, StringComparison.Ordinal);
        await holder.KillAsync();
        var interrupted = await CommandAsync(2, "runs", "delete", "mine");
        Assert.Contains(
            $"Run 'mine' is interrupted: no process works on it. 'orchestrator resume mine --state {State}' goes on with it;", interrupted.Error,
            StringComparison.Ordinal);
        await CommandAsync(0, "runs", "delete", "mine", "--force");
        Assert.False(Directory.Exists(Path.Combine(State, "runs", "mine")), "something of the run is left");
        Assert.Empty(Directory.GetFiles(Path.Combine(State, "journal", "instances")));
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("suspend")]
    public async Task Stopped_process_carries_out_requests_when_it_continues(string what)
    {
        using var holder = await StartStoppedAsync();

        var unanswered = await CommandAsync(2, "runs", what, "mine");

        AssertNames(holder, unanswered);
        Assert.Contains($"It is asked to {what} the run and does that when it goes on.", unanswered.Error, StringComparison.Ordinal);
        holder.Send(Signal.Continue);
        if (what == "suspend")
        {
            await CommandAsync(0, "runs", "cancel", "mine");
        }

        Assert.Equal(3, (await holder.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public async Task Server_beside_it_answers_that_its_run_was_not_deleted()
    {
        using var server = await ServeProcess.StartAsync(State);
        using var holder = await StartStoppedAsync();

        using var answer = await server.Client.DeleteAsync("api/runs/mine?force=true");

        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Conflict, body);
        Assert.Contains($"kill {holder.Id}", body, StringComparison.Ordinal);
        Assert.Equal("running", (await server.GetRunAsync("mine")).GetProperty("status").GetString());
    }

    private static void AssertNames(OrchestratorProcess holder, ProcessResult result)
    {
        Assert.Contains($"process {holder.Id} on host", result.Error, StringComparison.Ordinal);
        Assert.Contains("did not answer within 10 s", result.Error, StringComparison.Ordinal);
        Assert.Contains($"('kill {holder.Id}', or 'kill -9 {holder.Id}' if it is stopped)", result.Error, StringComparison.Ordinal);
    }

    private async Task<OrchestratorProcess> StartStoppedAsync()
    {
        await File.WriteAllTextAsync(_folder.Combine("w.json"), """{ "steps": [ { "id": "a", "prompt": "1" } ] }""");
        await File.WriteAllTextAsync(_folder.Combine("m.json"), """{ "steps": { "*": [ { "output": "late", "latencyMs": 600000 } ] } }""");
        var holder = OrchestratorProcess.Start(_folder.Path, "run", "w.json", "--mocks", "m.json", "--state", State, "--run-id", "mine");
        await new StoredRun(new FileContentStore(State, TimeProvider.System), "mine").WaitForAsync("step.started", 1);
        holder.Send(Signal.Stop);
        return holder;
    }

    private async Task<ProcessResult> CommandAsync(int exit, params string[] args)
    {
        var result = await OrchestratorProcess.RunAsync(_folder.Path, [.. args, "--state", State]);
        Assert.True(result.ExitCode == exit, $"exit {result.ExitCode}\n{result.Output}\n{result.Error}");
        return result;
    }
}
