namespace Orchestrator.Cli.Tests.Commands;

public sealed class OpenAiServerCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("nowhere/requests.jsonl")]
    [InlineData("")]
    public async Task File_of_requests_that_cannot_be_written_is_refused_before_anything_starts(string file)
    {
        var path = file.Length == 0 ? file : _workspace.Path(file);

        var result = await Workspace.InvokeAsync("openai-server", "--requests", path);

        result.AssertPlainRefusal();
        Assert.StartsWith($"The requests cannot be written to '{path}': ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }
}
