using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Catalog.Prompts;

public sealed class PromptFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly PromptFolder _prompts;

    public PromptFolderTests()
    {
        _prompts = new PromptFolder(_folder.Path);
        Write("clarify.md", "Clarify {{answer}}");
        Write("summary.txt", "Sum up");
    }

    [Fact]
    public async Task Require_slug_finds_every_kind_of_file()
    {
        Write("chat.prompty", "system:\nBe kind.\nuser:\nHello {{name}}");

        Assert.Equal("Clarify {{answer}}", (await _prompts.RequireAsync("clarify")).Text);
        Assert.Equal("Sum up", (await _prompts.RequireAsync("summary")).Text);
        Assert.Equal(("Be kind.", "Hello {{name}}"), ((await _prompts.RequireAsync("chat")).System, (await _prompts.RequireAsync("chat")).Text));
    }

    [Fact]
    public async Task Require_present_version_finds_it()
    {
        var version = (await _prompts.RequireAsync("clarify")).Version;

        Assert.Equal(version, (await _prompts.RequireAsync($"clarify@{version}")).Version);
    }

    [Fact]
    public async Task Require_other_version_names_the_current_one()
    {
        var version = (await _prompts.RequireAsync("clarify")).Version;

        var error = await Assert.ThrowsAsync<PromptException>(() => _prompts.RequireAsync("clarify@000000000000"));

        Assert.Equal(ErrorKind.PromptNotFound, error.Error.Kind);
        Assert.Contains($"version {version}, not 000000000000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edited_file_is_another_version_at_once()
    {
        var before = (await _prompts.RequireAsync("clarify")).Version;
        Write("clarify.md", "Clarify better");

        Assert.NotEqual(before, (await _prompts.RequireAsync("clarify")).Version);
    }

    [Fact]
    public async Task Require_unknown_name_suggests_a_near_one()
    {
        var error = await Assert.ThrowsAsync<PromptException>(() => _prompts.RequireAsync("clarfy"));

        Assert.Equal(ErrorKind.PromptNotFound, error.Error.Kind);
        Assert.Contains("Did you mean 'clarify'?", error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Require_name_without_a_similar_one_lists_all()
    {
        var error = await Assert.ThrowsAsync<PromptException>(() => _prompts.RequireAsync("zzzzzz"));

        Assert.Contains("There are: clarify, summary.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_that_does_not_exist_has_no_prompts()
    {
        var none = new PromptFolder(_folder.Combine("none"));

        Assert.Empty(await none.ListAsync());
        var error = await Assert.ThrowsAsync<PromptException>(() => none.RequireAsync("clarify"));
        Assert.Contains("There are no prompts.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Require_looks_in_one_place_after_the_other()
    {
        using var second = new TempFolder();
        File.WriteAllText(second.Combine("clarify.md"), "the second one's");
        File.WriteAllText(second.Combine("only-here.md"), "only here");
        IPromptSource[] both = [_prompts, new PromptFolder(second.Path)];

        Assert.Equal("Clarify {{answer}}", (await both.RequireAsync("clarify")).Text);
        Assert.Equal("only here", (await both.RequireAsync("only-here")).Text);
        var error = await Assert.ThrowsAsync<PromptException>(() => both.RequireAsync("only-heer"));
        Assert.Contains("Did you mean 'only-here'?", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../clarify")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("clarify.md")]
    [InlineData("clarify@")]
    [InlineData("clarify@1@2")]
    [InlineData("clarify\n")]
    public async Task Require_malformed_name_is_refused_before_any_look(string name)
    {
        var error = await Assert.ThrowsAsync<PromptException>(() => _prompts.RequireAsync(name));

        Assert.Equal(ErrorKind.InvalidDefinition, error.Error.Kind);
        Assert.Contains("slug@version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_has_the_slugs_of_prompt_files_only()
    {
        Write("notes.pdf", "x");
        Write("not a slug.md", "x");
        Directory.CreateDirectory(_folder.Combine("sub.md"));

        Assert.Equal(["clarify", "summary"], await _prompts.ListAsync());
    }

    [Fact]
    public async Task Slug_of_two_files_is_refused()
    {
        Write("clarify.txt", "another");

        var error = await Assert.ThrowsAsync<PromptException>(() => _prompts.RequireAsync("clarify"));

        Assert.Contains("clarify.md, clarify.txt", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_cannot_be_read_is_named()
    {
        File.CreateSymbolicLink(_folder.Combine("dangling.md"), _folder.Combine("nowhere"));

        var error = await Assert.ThrowsAsync<PromptException>(() => _prompts.RequireAsync("dangling"));

        Assert.Contains(_folder.Combine("dangling.md"), error.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_is_no_text_or_too_large_is_named()
    {
        await File.WriteAllBytesAsync(_folder.Combine("binary.md"), [0xFF, 0xFE, 0x00]);
        await File.WriteAllBytesAsync(_folder.Combine("large.md"), new byte[PromptFolder.MaxBytes + 1]);

        var binary = await Assert.ThrowsAsync<PromptException>(() => _prompts.RequireAsync("binary"));
        var large = await Assert.ThrowsAsync<PromptException>(() => _prompts.RequireAsync("large"));

        Assert.Contains("UTF-8", binary.Message, StringComparison.Ordinal);
        Assert.Contains("large.md", large.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_with_a_mistake_is_named_with_its_line()
    {
        Write("wrong.md", "---\ncolour: red\n---\nText");

        var error = await Assert.ThrowsAsync<PromptException>(() => _prompts.RequireAsync("wrong"));

        Assert.StartsWith($"{_folder.Combine("wrong.md")}:2:", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private void Write(string name, string text) => File.WriteAllText(_folder.Combine(name), text);
}
