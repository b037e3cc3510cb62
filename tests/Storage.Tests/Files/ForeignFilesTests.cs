using System.Text;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.Storage.Tests.Files;

/// <summary>Files of other programs in the folder, and behind its links, are left alone.</summary>
[Trait("Trust", "1")]
public sealed class ForeignFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TempFolder _elsewhere = new();
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    public void Dispose()
    {
        _folder.Dispose();
        _elsewhere.Dispose();
    }

    [Theory]
    [InlineData("journal/instances/mine~0.jsonl")]
    [InlineData("journal/instances/+a+b=2e2~17.jsonl")]
    [InlineData("notes.txt~")]
    [InlineData("~")]
    [InlineData("runs/mine/~run.json")]
    [InlineData("runs/mine/run.json~0123456789abcdef0123456789abcdef")]
    [InlineData("runs/mine/run.json~orchestrator-0123456789abcdef")]
    [InlineData("runs/mine/run.json~orchestrator-0123456789abcdef0123456789abcdef.bak")]
    public async Task Old_files_with_foreign_names_are_kept(string name)
    {
        var path = Write(_folder, name, age: TimeSpan.FromDays(400));

        await new FileContentStore(_folder.Path, _clock).LeftoversRemoved;

        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task Sweep_follows_no_link()
    {
        const string Leftover = "x~orchestrator-0123456789abcdef0123456789abcdef";
        var target = Write(_elsewhere, Leftover, age: TimeSpan.FromDays(1));
        var backup = Write(_elsewhere, "essay.md~", age: TimeSpan.FromDays(1));
        Directory.CreateSymbolicLink(_folder.Combine("linked"), _elsewhere.Path);
        Directory.CreateDirectory(_folder.Combine("runs"));
        File.CreateSymbolicLink(_folder.Combine("runs/" + Leftover), target);

        await new FileContentStore(_folder.Path, _clock).LeftoversRemoved;

        Assert.True(File.Exists(target));
        Assert.True(File.Exists(backup));
        Assert.NotNull(new FileInfo(_folder.Combine("runs/" + Leftover)).LinkTarget);
    }

    [Theory]
    [InlineData("runs/mine")]
    [InlineData("runs/mine/deep")]
    [InlineData("runs")]
    public async Task Listing_and_deleting_follow_no_link(string link)
    {
        var store = new FileContentStore(_folder.Path, _clock);
        var photo = Write(_elsewhere, "album/photo.jpg", TimeSpan.Zero);
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.Combine(link))!);
        Directory.CreateSymbolicLink(_folder.Combine(link), _elsewhere.Path);

        Assert.Empty(await store.ListAsync(ContentPrefix.All).ToListAsync());
        Assert.Empty(await store.ListAsync(ContentPrefix.Under(link.Split('/'))).ToListAsync());
        Assert.Equal(0, await store.DeleteAsync(ContentPrefix.Under(link.Split('/'))));
        Assert.Equal(0, await store.DeleteAsync(ContentPrefix.All));
        Assert.True(File.Exists(photo));
    }

    [Fact]
    public async Task Deleting_the_last_value_leaves_a_linked_folder_in_place()
    {
        var store = new FileContentStore(_folder.Path, _clock);
        Directory.CreateSymbolicLink(_folder.Combine("runs"), _elsewhere.Path);
        var key = ContentKey.Of("runs", "mine", "run.json");
        await store.PutAsync(key, Encoding.UTF8.GetBytes("one"));

        Assert.True(await store.DeleteAsync(key));

        Assert.NotNull(new FileInfo(_folder.Combine("runs")).LinkTarget);
    }

    private string Write(TempFolder folder, string name, TimeSpan age)
    {
        var path = folder.Combine(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "mine");
        File.SetLastWriteTimeUtc(path, (_clock.GetUtcNow() - age).UtcDateTime);
        return path;
    }
}
