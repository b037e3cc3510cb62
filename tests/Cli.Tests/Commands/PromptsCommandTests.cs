using System.Text.Json;

namespace Orchestrator.Cli.Tests.Commands;

public sealed class PromptsCommandTests : IDisposable
{
    private const string Asks = """{ "steps": [ { "id": "say", "promptId": "greet" } ] }""";

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Added_prompt_is_shown_and_listed()
    {
        var added = await AddAsync("greet.md", "---\nsystem: Be kind.\nmodel: m1\n---\nHello {{word}}.", "--label", "production");

        added.AssertExit(ExitCodes.Completed);
        var shown = (await ShowAsync("greet", "--json")).Json();
        Assert.Equal(
            ("greet", "Hello {{word}}.", "Be kind.", "m1"),
            (Text(shown, "slug"), Text(shown, "text"), Text(shown, "system"), Text(shown, "model")));
        Assert.Equal(Text(shown, "version"), shown.GetProperty("labels").GetProperty("production").GetString());
        var listed = await Workspace.InvokeAsync("prompts", "list", "--state", _workspace.State, "--json");
        Assert.Equal(Text(shown, "version"), Text(Assert.Single(listed.Json().EnumerateArray()), "version"));
        Assert.Contains($"greet@{Text(shown, "version")} (newest, production)", added.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Earlier_version_is_shown_by_its_name()
    {
        await AddAsync("greet.md", "One.");
        var first = Text((await ShowAsync("greet", "--json")).Json(), "version");
        await AddAsync("greet.md", "Two.");

        var shown = await ShowAsync($"greet@{first}");

        Assert.Contains("One.", shown.Output, StringComparison.Ordinal);
        Assert.Contains("Two.", (await ShowAsync("greet")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prompt_whose_template_is_wrong_is_not_stored()
    {
        var added = await AddAsync("greet.md", "---\nmodel: m1\n---\nHello {{#each x}}");

        added.AssertPlainRefusal();
        Assert.Contains("greet.md:4: {{#each}} is not closed (line 4, column 7).", added.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_workspace.State));
    }

    [Fact]
    public async Task Run_finds_a_stored_prompt()
    {
        await AddAsync("elsewhere/greet.md", "Hello {{word}}.");

        (await _workspace.RunAsync(Asks, null, "-i", "word=x")).AssertExit(ExitCodes.Completed);
    }

    [Fact]
    public async Task Run_takes_the_version_of_its_environment()
    {
        await AddAsync("elsewhere/greet.md", "Hello {{word}}.", "--label", "production");
        await AddAsync("elsewhere/greet.md", "Hello {{other}}.");

        (await _workspace.RunAsync(Asks, null, "-i", "word=x", "--environment", "production")).AssertExit(ExitCodes.Completed);
        (await _workspace.RunAsync(Asks, null, "-i", "other=x")).AssertExit(ExitCodes.Completed);
    }

    [Fact]
    public async Task Run_in_a_misspelt_environment_is_refused_and_in_one_without_prompts_warned_of()
    {
        await AddAsync("elsewhere/greet.md", "Hello {{word}}.", "--label", "production");
        _workspace.Write("prompts/staging/greet.md", "Hi {{word}}.");

        var misspelt = await _workspace.RunAsync(Asks, null, "-i", "word=x", "--environment", "prodction");
        var unknown = await _workspace.RunAsync(Asks, null, "-i", "word=x", "--environment", "elsewhere");

        misspelt.AssertPlainRefusal();
        Assert.Equal("There is no environment 'prodction': no prompt has a version for it. Did you mean 'production'? There are production, " +
            "staging and default.", misspelt.Error.Trim());
        unknown.AssertExit(ExitCodes.Completed);
        Assert.Contains("No prompt has a version for the environment 'elsewhere', so those of no environment are used. There are production, " +
            "staging and default.", unknown.Output, StringComparison.Ordinal);
        (await _workspace.RunAsync(Asks, null, "-i", "word=x", "--environment", "staging")).AssertExit(ExitCodes.Completed);
    }

    [Theory]
    [InlineData(null, "the storage was changed.")]
    [InlineData("{", "is damaged: ")]
    public async Task Version_that_is_missing_or_damaged_in_the_storage_is_named_with_what_to_do(string? content, string problem)
    {
        await AddAsync("elsewhere/greet.md", "Hello {{word}}.");
        var version = Assert.Single(
            Directory.GetFiles(Path.Combine(_workspace.State, "prompts"), "*", SearchOption.AllDirectories),
            file => File.ReadAllText(file).Contains("Hello", StringComparison.Ordinal));
        File.Delete(version);
        await (content is null ? Task.CompletedTask : File.WriteAllTextAsync(version, content));

        var run = await _workspace.RunAsync(Asks, null, "-i", "word=x");

        run.AssertPlainRefusal();
        Assert.Contains(problem, run.Error, StringComparison.Ordinal);
        Assert.EndsWith(" Store that version of the prompt again.", run.Error.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_takes_the_prompt_beside_the_definition_before_the_stored_one()
    {
        await AddAsync("elsewhere/greet.md", "Hello {{nobody}}.");
        _workspace.Write("prompts/greet.md", "Hello {{word}}.");

        (await _workspace.RunAsync(
            """{ "inputs": { "word": {} }, "steps": [ { "id": "say", "promptId": "greet" } ] }""", null, "-i", "word=x")).AssertExit(
                ExitCodes.Completed);
    }

    [Fact]
    public async Task Run_of_a_prompt_that_is_nowhere_names_the_store_and_a_near_name()
    {
        await AddAsync("elsewhere/greed.md", "Hello.");

        var result = await _workspace.RunAsync(Asks);

        result.AssertPlainRefusal();
        Assert.Contains("the store", result.Error, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'greed'?", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_in_the_file_are_named_with_their_lines_and_nothing_is_stored()
    {
        var result = await AddAsync("greet.md", "---\nmodle: m1\n---\nHello.");

        result.AssertPlainRefusal();
        Assert.Contains("greet.md:2:", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_workspace.State));
    }

    [Fact]
    public async Task File_that_is_not_there_is_named()
    {
        var result = await Workspace.InvokeAsync("prompts", "add", _workspace.Path("nowhere.md"), "--state", _workspace.State);

        result.AssertPlainRefusal();
        Assert.Contains("nowhere.md", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--slug", "a b", "'a b'")]
    [InlineData("--app", "../x", "'../x'")]
    [InlineData("--label", "a/b", "'a/b'")]
    public async Task Name_that_is_none_is_refused(string option, string value, string told)
    {
        var result = await AddAsync("greet.md", "Hello.", option, value);

        result.AssertPlainRefusal();
        Assert.Contains(told, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_of_an_unknown_prompt_suggests_a_near_one()
    {
        await AddAsync("greet.md", "Hello.");

        var result = await ShowAsync("gret");

        result.AssertPlainRefusal();
        Assert.Equal("There is no stored prompt 'gret'. Did you mean 'greet'?", Assert.Single(result.ErrorLines));
    }

    [Fact]
    public async Task Show_of_a_prompt_of_several_apps_needs_the_app()
    {
        await AddAsync("greet.md", "Of a.", "--app", "a");
        await AddAsync("greet.md", "Of b.", "--app", "b");

        var result = await ShowAsync("greet");

        result.AssertPlainRefusal();
        Assert.Contains("of the app 'a', greet of the app 'b'", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Contains("Of b.", (await ShowAsync("greet", "--app", "b")).Output, StringComparison.Ordinal);
    }

    private static string? Text(JsonElement document, string name) => document.GetProperty(name).GetString();

    private Task<CommandResult> AddAsync(string file, string text, params string[] more) =>
        Workspace.InvokeAsync(["prompts", "add", _workspace.Write(file, text), "--state", _workspace.State, .. more]);

    private Task<CommandResult> ShowAsync(string name, params string[] more) =>
        Workspace.InvokeAsync(["prompts", "show", name, "--state", _workspace.State, .. more]);
}
