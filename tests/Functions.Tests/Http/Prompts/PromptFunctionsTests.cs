using System.Net;
using Orchestrator.Activities.Catalog.Prompts;

namespace Orchestrator.Functions.Tests.Http.Prompts;

public sealed class PromptFunctionsTests : IAsyncLifetime
{
    private const string Full = "---\nmodel: m1\ntemperature: 0.5\nmaxTokens: 9\nsystem: Be kind.\ninputs: [name]\n---\nHello {{name}}";
    private const string Path = "prompts/greet";

    private StoreHost _host = null!;

    public async Task InitializeAsync() => _host = await StoreHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Stored_prompt_is_answered_with_everything_in_it()
    {
        var put = await PutAsync(HttpStatusCode.Created, Full);

        var got = await GetAsync(Path);

        Assert.Equal(put.ETag, got.ETag);
        Assert.Equal(
            ("greet", put["version"], "Hello {{name}}", "Be kind.", "m1"), (got["slug"], got["version"], got["text"], got["system"], got["model"]));
        Assert.Equal((0.5, 9), (got.Body.GetProperty("temperature").GetDouble(), got.Body.GetProperty("maxTokens").GetInt32()));
        Assert.Equal("name", Assert.Single(got.Body.GetProperty("inputs").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(put["version"], Assert.Single(got.Body.GetProperty("versions").EnumerateArray()).GetProperty("version").GetString());
    }

    [Fact]
    public async Task Prompty_is_read_as_such()
    {
        await PutAsync(HttpStatusCode.Created, "system:\nBe kind.\nuser:\nHello", mediaType: "text/x-prompty");

        Assert.Equal(("Be kind.", "Hello"), ((await GetAsync(Path))["system"], (await GetAsync(Path))["text"]));
    }

    [Fact]
    public async Task Answer_can_be_sent_back_and_is_the_same_version()
    {
        var first = await PutAsync(
            HttpStatusCode.Created,
            "---\nmodel: m1\nsystem: \"Be kind 😀: #1 {{name}}\"\ntemperature: 0.5\ninputs:\n  name: { type: string, required: true }\n  age: { " +
            "type: integer, default: 3 }\n---\nHello {{name}}\n---\n'quoted': \"é😀\"");

        var again = await PutAsync(HttpStatusCode.OK, (await GetAsync(Path)).Body.GetRawText(), mediaType: "application/json");

        Assert.Equal((first["version"], first.ETag), (again["version"], again.ETag));
    }

    [Theory]
    [InlineData("""{ "text": "Hello.", "modle": "m1" }""", "modle")]
    [InlineData("""{ "text": "Hello.", "temperature": 9 }""", "from 0 to 2")]
    [InlineData("""{ "text": "Hello.", "inputs": [ { "name": "a" }, { "name": "a" } ] }""", "'a' is there twice")]
    [InlineData("""{ "text": "Hello\n {{#if a}}" }""", "The text of 'text' is wrong: {{#if}} is not closed (line 2, column 2).")]
    [InlineData("""{ "text": "Hello.", "system": "{{> a}}" }""", "The text of 'system' is wrong")]
    [InlineData("""{ "text": "" }""", "no text")]
    [InlineData("""{ "text": 1 }""", "no 'text'")]
    [InlineData("""{ "text": "Hello.", "text": "Hello." }""", "not valid JSON")]
    [InlineData("""{ "text": "\ud800" }""", "not valid JSON")]
    [InlineData("""{ "text": "Hello.", "system": "\ud800" }""", "not valid JSON")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("{", "not valid JSON")]
    public async Task JSON_that_is_no_prompt_is_refused(string json, string told)
    {
        var problem = await PutAsync(HttpStatusCode.BadRequest, json, mediaType: "application/json");

        Assert.Equal("invalidPrompt", problem["code"]);
        Assert.Contains(told, problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Versions_and_environments_are_distinguished()
    {
        var first = await PutAsync(HttpStatusCode.Created, "One", path: $"{Path}?label=production");
        await PutAsync(HttpStatusCode.OK, "Two");

        Assert.Equal("Two", (await GetAsync(Path))["text"]);
        Assert.Equal("One", (await GetAsync($"{Path}@{first["version"]}"))["text"]);
        Assert.Equal("One", (await GetAsync($"{Path}?environment=production"))["text"]);
        Assert.Equal("Two", (await GetAsync($"{Path}?environment=test"))["text"]);
        Assert.Equal(first["version"], (await GetAsync(Path)).Body.GetProperty("labels").GetProperty("production").GetString());
    }

    [Fact]
    public async Task Same_content_is_one_version()
    {
        var first = await PutAsync(HttpStatusCode.Created, "One");
        var again = await PutAsync(HttpStatusCode.OK, "One", mediaType: null);

        Assert.Equal((first.ETag, 1), (again.ETag, again.Body.GetProperty("versions").GetArrayLength()));
    }

    [Fact]
    public async Task If_Match_of_another_state_is_refused_and_changes_nothing()
    {
        var seen = (await PutAsync(HttpStatusCode.Created, "One")).ETag!;
        await PutAsync(HttpStatusCode.OK, "Two", ("If-Match", seen));

        Assert.Equal("preconditionFailed", (await PutAsync(HttpStatusCode.PreconditionFailed, "Three", ("If-Match", seen)))["code"]);
        await PutAsync(HttpStatusCode.PreconditionFailed, "Three", ("If-None-Match", "*"));

        Assert.Equal("Two", (await GetAsync(Path))["text"]);
    }

    [Theory]
    [InlineData("prompts/gret", "Did you mean 'greet'?")]
    [InlineData("prompts/greet@000000000000", "has no version 000000000000")]
    public async Task Unknown_prompt_or_version_is_not_found(string path, string told)
    {
        await PutAsync(HttpStatusCode.Created, "One");

        var problem = await _host.SendAsync(HttpStatusCode.NotFound, HttpMethod.Get, path);

        Assert.Equal("promptNotFound", problem["code"]);
        Assert.Contains(told, problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slug_of_several_apps_is_ambiguous_without_the_app()
    {
        await PutAsync(HttpStatusCode.Created, "Of a", path: $"{Path}?app=a");
        await PutAsync(HttpStatusCode.Created, "Of none");

        var problem = await _host.SendAsync(HttpStatusCode.Conflict, HttpMethod.Get, Path);

        Assert.Equal(2, problem.Body.GetProperty("candidates").GetArrayLength());
        Assert.Equal("Of a", (await GetAsync($"{Path}?app=a"))["text"]);
    }

    [Fact]
    public async Task Deleted_prompt_is_gone_and_starts_again_without_its_versions()
    {
        var first = await PutAsync(HttpStatusCode.Created, "One", path: $"{Path}?label=production");

        await _host.SendAsync(HttpStatusCode.NoContent, HttpMethod.Delete, Path, header: ("If-Match", first.ETag!));

        await _host.SendAsync(HttpStatusCode.NotFound, HttpMethod.Get, Path);
        await _host.SendAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"{Path}@{first["version"]}");
        Assert.Equal("promptNotFound", (await _host.SendAsync(HttpStatusCode.NotFound, HttpMethod.Delete, Path))["code"]);
        var again = await PutAsync(HttpStatusCode.Created, "Two", ("If-None-Match", "*"));
        Assert.Equal((1, 0), (again.Body.GetProperty("versions").GetArrayLength(), again.Body.GetProperty("labels").EnumerateObject().Count()));
        await PutAsync(HttpStatusCode.OK, "One");
        Assert.Equal("One", (await GetAsync(Path))["text"]);
    }

    [Fact]
    public async Task Delete_of_another_state_is_refused_and_changes_nothing()
    {
        var seen = (await PutAsync(HttpStatusCode.Created, "One")).ETag!;
        await PutAsync(HttpStatusCode.OK, "Two");

        var problem = await _host.SendAsync(HttpStatusCode.PreconditionFailed, HttpMethod.Delete, Path, header: ("If-Match", seen));

        Assert.Equal("preconditionFailed", problem["code"]);
        Assert.Equal("Two", (await GetAsync(Path))["text"]);
    }

    [Fact]
    public async Task Delete_of_a_slug_of_several_apps_needs_the_app()
    {
        await PutAsync(HttpStatusCode.Created, "Of a", path: $"{Path}?app=a");
        await PutAsync(HttpStatusCode.Created, "Of none");

        Assert.Equal("ambiguousName", (await _host.SendAsync(HttpStatusCode.Conflict, HttpMethod.Delete, Path))["code"]);
        await _host.SendAsync(HttpStatusCode.NoContent, HttpMethod.Delete, $"{Path}?app=a");

        Assert.Equal("Of none", (await GetAsync(Path))["text"]);
    }

    [Fact]
    public async Task Delete_of_one_version_is_refused() =>
        Assert.Equal("invalidName", (await _host.SendAsync(HttpStatusCode.BadRequest, HttpMethod.Delete, $"{Path}@0a1b2c3d4e5f"))["code"]);

    [Fact]
    public async Task Mistakes_are_refused_with_their_lines()
    {
        var problem = await PutAsync(HttpStatusCode.BadRequest, "---\nmodle: m1\ntemperature: 9\n---\nHello.");

        Assert.Equal("invalidPrompt", problem["code"]);
        Assert.Equal([2, 3], problem.Body.GetProperty("diagnostics").EnumerateArray().Select(finding => finding.GetProperty("line").GetInt32()));
    }

    [Theory]
    [InlineData("prompts/a%20b")]
    [InlineData("prompts/greet@1")]
    [InlineData("prompts/greet?app=_")]
    [InlineData("prompts/greet?label=a%2Fb")]
    public async Task Names_that_are_none_are_refused(string path) =>
        Assert.Equal("invalidName", (await PutAsync(HttpStatusCode.BadRequest, "Hello.", path: path))["code"]);

    [Fact]
    public async Task Get_of_a_name_that_is_none_is_refused() =>
        Assert.Equal("invalidPrompt", (await _host.SendAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "prompts/a%20b"))["code"]);

    [Fact]
    public async Task Other_media_type_is_refused() =>
        Assert.Equal("wrongMediaType", (await PutAsync(HttpStatusCode.UnsupportedMediaType, "{}", mediaType: "application/yaml"))["code"]);

    [Fact]
    public async Task Prompt_over_the_limit_is_refused() =>
        Assert.Equal("payloadTooLarge", (await PutAsync(HttpStatusCode.RequestEntityTooLarge, new string('x', PromptFolder.MaxBytes + 1)))["code"]);

    private Task<StoreAnswer> PutAsync(
        HttpStatusCode expected, string text, (string Name, string Value)? header = null, string? mediaType = "text/markdown", string path = Path) =>
        _host.SendAsync(expected, HttpMethod.Put, path, text, mediaType, header);

    private Task<StoreAnswer> GetAsync(string path) => _host.SendAsync(HttpStatusCode.OK, HttpMethod.Get, path);
}
