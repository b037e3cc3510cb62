namespace Orchestrator.Cli.Tests.Commands;

public sealed class WorkflowsCommandTests : IDisposable
{
    private const string Nameless = "steps:\n  - id: say\n    prompt: Hello.\n";

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Added_workflow_is_shown_as_it_was_written_and_listed()
    {
        (await AddAsync("any.json", Workspace.One)).AssertExit(ExitCodes.Completed);

        var shown = await Workspace.InvokeAsync("workflows", "show", "one", "--state", _workspace.State);
        Assert.Equal(Workspace.One, shown.Output.TrimEnd());
        var document = (await Workspace.InvokeAsync("workflows", "show", "one", "--state", _workspace.State, "--json")).Json();
        Assert.Equal("say", document.GetProperty("definition").GetProperty("steps")[0].GetProperty("id").GetString());
        var listed = (await Workspace.InvokeAsync("workflows", "list", "--state", _workspace.State, "--json")).Json();
        Assert.Equal(document.GetProperty("hash").GetString(), Assert.Single(listed.EnumerateArray()).GetProperty("hash").GetString());
        Assert.StartsWith(
            "one: version 1, ", (await Workspace.InvokeAsync("workflows", "list", "--state", _workspace.State)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stored_workflow_runs_by_its_slug()
    {
        await AddAsync("any.json", Workspace.One);

        var run = await RunAsync("one", "-i", "word=x", "--json");

        run.AssertExit(ExitCodes.Completed);
        Assert.Equal("one", run.Json().GetProperty("workflow").GetString());
    }

    [Fact]
    public async Task Definition_without_names_has_those_that_it_was_stored_under()
    {
        await AddAsync("Say hello.yaml", "steps:\n  - id: say\n    promptId: x\n", "--app", "a");
        await Workspace.InvokeAsync("prompts", "add", _workspace.Write("x.md", "Hello."), "--app", "a", "--state", _workspace.State);

        var run = await RunAsync("say-hello", "--json");

        run.AssertExit(ExitCodes.Completed);
        Assert.Equal(("say-hello", "a"), (run.Json().GetProperty("workflow").GetString(), run.Json().GetProperty("app").GetString()));
    }

    [Fact]
    public async Task Run_of_a_slug_of_several_apps_needs_the_app()
    {
        await AddAsync("hello.yaml", Nameless, "--app", "a");
        await AddAsync("hello.yaml", Nameless, "--app", "b");

        var refused = await RunAsync("hello");
        var run = await RunAsync("hello", "--app", "b", "--json");

        refused.AssertPlainRefusal();
        Assert.Contains("Name the app.", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        run.AssertExit(ExitCodes.Completed);
        Assert.Equal("b", run.Json().GetProperty("app").GetString());
    }

    [Fact]
    public async Task Run_of_neither_a_file_nor_a_stored_workflow_says_both_and_suggests_a_near_one()
    {
        await AddAsync("any.json", Workspace.Three);

        var result = await RunAsync("tree");

        _workspace.AssertRefused(result, "There is no file 'tree'. There is no stored workflow 'tree'. Did you mean 'three'?");
    }

    [Fact]
    public async Task Run_without_a_state_folder_makes_none()
    {
        _workspace.AssertRefused(await RunAsync("tree"), $"There is no file 'tree', and no state folder '{_workspace.State}' with stored workflows.");

        Assert.False(Directory.Exists(_workspace.State));
    }

    [Fact]
    public async Task Definition_with_mistakes_is_not_stored()
    {
        var result = await AddAsync("any.json", """{ "slug": "one", "steps": [ { "id": "say", "prompt": "x", "dependsOn": ["nobody"] } ] }""");

        _workspace.AssertRefused(result, "any.json: line 1");
        Assert.Equal("[]", (await Workspace.InvokeAsync("workflows", "list", "--state", _workspace.State, "--json")).Output.Trim());
    }

    [Fact]
    public async Task Show_of_an_unknown_workflow_suggests_a_near_one()
    {
        await AddAsync("any.json", Workspace.One);

        var result = await Workspace.InvokeAsync("workflows", "show", "onw", "--state", _workspace.State);

        result.AssertPlainRefusal();
        Assert.Equal("There is no stored workflow 'onw'. Did you mean 'one'?", Assert.Single(result.ErrorLines));
    }

    [Fact]
    public async Task List_without_a_state_folder_is_refused_and_makes_none()
    {
        var result = await Workspace.InvokeAsync("workflows", "list", "--state", _workspace.State);

        result.AssertPlainRefusal();
        Assert.False(Directory.Exists(_workspace.State));
    }

    private Task<CommandResult> AddAsync(string file, string text, params string[] more) =>
        Workspace.InvokeAsync(["workflows", "add", _workspace.Write(file, text), "--state", _workspace.State, .. more]);

    private Task<CommandResult> RunAsync(string name, params string[] more) =>
        Workspace.InvokeAsync(["run", name, "--state", _workspace.State, "--mocks", _workspace.Mocks(), .. more]);
}
