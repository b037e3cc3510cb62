using System.Net;
using System.Text.Json;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Functions.Tests.Http.Workflows;

public sealed class WorkflowFunctionsTests : IAsyncLifetime
{
    private const string One = """{ "id": "id-1", "slug": "one", "name": "One", "steps": [ { "id": "say", "prompt": "Say." } ] }""";
    private const string Other = """{ "steps": [ { "id": "say", "prompt": "Say more." } ] }""";
    private const string Yaml = "steps:\n  - id: say\n    prompt: Say.\n";
    private const string Path = "workflows/one";

    private StoreHost _host = null!;

    public async Task InitializeAsync() => _host = await StoreHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Stored_definition_is_answered_as_an_object()
    {
        var put = await PutAsync(HttpStatusCode.Created, One);

        var got = await GetAsync(Path);

        Assert.Equal(put.ETag, got.ETag);
        Assert.Equal(("one", "id-1", "One", put["hash"]), (got["slug"], got["id"], got["name"], got["hash"]));
        Assert.Equal(JsonValueKind.Null, got.Body.GetProperty("app").ValueKind);
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(One).RootElement, got.Body.GetProperty("definition")));
        Assert.Equal(put["hash"], (await GetAsync("workflows/id-1"))["hash"]);
    }

    [Theory]
    [InlineData("application/yaml")]
    [InlineData("text/plain; charset=utf-8")]
    [InlineData(null)]
    public async Task Stored_YAML_is_answered_as_its_text(string? mediaType)
    {
        await PutAsync(HttpStatusCode.Created, Yaml, mediaType: mediaType);

        Assert.Equal(Yaml, (await GetAsync(Path))["definition"]);
    }

    [Fact]
    public async Task Versions_are_listed_the_newest_first()
    {
        var first = await PutAsync(HttpStatusCode.Created, One);
        var second = await PutAsync(HttpStatusCode.OK, Other);

        var versions = (await GetAsync($"{Path}/versions")).Body.GetProperty("versions").EnumerateArray()
            .Select(version => version.GetProperty("hash").GetString());

        Assert.Equal([second["hash"], first["hash"]], versions);
    }

    [Fact]
    public async Task If_Match_of_another_state_is_refused_and_changes_nothing()
    {
        var seen = (await PutAsync(HttpStatusCode.Created, One)).ETag!;
        var present = await PutAsync(HttpStatusCode.OK, Other, ("If-Match", seen));

        var put = await PutAsync(HttpStatusCode.PreconditionFailed, One, ("If-Match", seen));
        var weak = await PutAsync(HttpStatusCode.PreconditionFailed, One, ("If-Match", $"W/{present.ETag}"));
        var deleted = await _host.SendAsync(HttpStatusCode.PreconditionFailed, HttpMethod.Delete, Path, header: ("If-Match", seen));

        Assert.All([put, weak, deleted], answer => Assert.Equal("preconditionFailed", answer["code"]));
        Assert.Equal(present["hash"], (await GetAsync(Path))["hash"]);
    }

    [Fact]
    public async Task If_Match_any_replaces_only_and_If_None_Match_any_creates_only()
    {
        await PutAsync(HttpStatusCode.PreconditionFailed, One, ("If-Match", "*"));
        await PutAsync(HttpStatusCode.Created, One, ("If-None-Match", "*"));
        await PutAsync(HttpStatusCode.PreconditionFailed, Other, ("If-None-Match", "*"));
        await PutAsync(HttpStatusCode.OK, Other, ("If-Match", "*"));
    }

    [Theory]
    [InlineData("If-Match", "unquoted")]
    [InlineData("If-None-Match", "\"1\"")]
    public async Task Header_that_is_not_written_so_is_refused(string name, string value) =>
        Assert.Equal("invalidHeader", (await PutAsync(HttpStatusCode.BadRequest, One, (name, value)))["code"]);

    [Fact]
    public async Task Deleted_workflow_is_gone()
    {
        var seen = (await PutAsync(HttpStatusCode.Created, One)).ETag!;

        await _host.SendAsync(HttpStatusCode.NoContent, HttpMethod.Delete, Path, header: ("If-Match", seen));

        await _host.SendAsync(HttpStatusCode.NotFound, HttpMethod.Get, Path);
        await _host.SendAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"{Path}/versions");
        await _host.SendAsync(HttpStatusCode.NotFound, HttpMethod.Delete, Path);
        await PutAsync(HttpStatusCode.Created, One);
    }

    [Fact]
    public async Task Unknown_workflow_is_answered_with_a_near_name()
    {
        await PutAsync(HttpStatusCode.Created, One);

        var problem = await _host.SendAsync(HttpStatusCode.NotFound, HttpMethod.Get, "workflows/onw");

        Assert.Equal("workflowNotFound", problem["code"]);
        Assert.Contains("Did you mean 'one'?", problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slug_of_several_apps_is_ambiguous_without_the_app()
    {
        await PutAsync(HttpStatusCode.Created, One, path: $"{Path}?app=a");
        await PutAsync(HttpStatusCode.Created, One, path: $"{Path}?app=b");

        var problem = await _host.SendAsync(HttpStatusCode.Conflict, HttpMethod.Get, Path);

        Assert.Equal("ambiguousName", problem["code"]);
        Assert.Equal(
            ["a", "b"], problem.Body.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("app").GetString()));
        Assert.Equal("b", (await GetAsync($"{Path}?app=b"))["app"]);
        await _host.SendAsync(HttpStatusCode.Conflict, HttpMethod.Delete, Path);
    }

    [Fact]
    public async Task Definition_with_mistakes_is_refused_with_all_of_them()
    {
        var problem = await PutAsync(HttpStatusCode.BadRequest, """{ "steps": [ { "id": "say", "prompt": "x", "dependsOn": ["a", "b"] } ] }""");

        Assert.Equal("invalidDefinition", problem["code"]);
        Assert.Equal(
            2, problem.Body.GetProperty("diagnostics").EnumerateArray().Count(finding => finding.GetProperty("severity").GetString() == "error"));
    }

    [Theory]
    [InlineData("workflows/two")]
    [InlineData("workflows/One")]
    [InlineData("workflows/one?app=a%20b")]
    public async Task Names_that_do_not_fit_are_refused(string path) =>
        Assert.Equal("invalidName", (await PutAsync(HttpStatusCode.BadRequest, One, path: path))["code"]);

    [Fact]
    public async Task Other_media_type_is_refused() =>
        Assert.Equal("wrongMediaType", (await PutAsync(HttpStatusCode.UnsupportedMediaType, One, mediaType: "text/markdown"))["code"]);

    [Fact]
    public async Task Definition_over_the_limit_is_refused()
    {
        var problem = await PutAsync(HttpStatusCode.RequestEntityTooLarge, One + new string(' ', DefinitionLimits.MaxBytes));

        Assert.Equal("payloadTooLarge", problem["code"]);
    }

    private Task<StoreAnswer> PutAsync(
        HttpStatusCode expected, string text, (string Name, string Value)? header = null, string? mediaType = "application/json",
        string path = Path) =>
        _host.SendAsync(expected, HttpMethod.Put, path, text, mediaType, header);

    private Task<StoreAnswer> GetAsync(string path) => _host.SendAsync(HttpStatusCode.OK, HttpMethod.Get, path);
}
