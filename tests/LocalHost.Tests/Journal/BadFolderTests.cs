using System.Text;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Journal;

/// <summary>State folders that cannot be used as they are, or come from elsewhere.</summary>
public sealed class BadFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Folder_that_is_a_file_is_refused_and_the_file_stays()
    {
        var file = _folder.Combine("state");
        await File.WriteAllTextAsync(file, "in the way");
        var error = Assert.Throws<JournalException>(() => FileJournal.Open(file));
        Assert.Equal($"The state folder '{file}' is a file. Choose another folder, or move the file away.", error.Message);
        Assert.Equal("in the way", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task Folder_below_a_file_is_refused()
    {
        var file = _folder.Combine("a-file");
        await File.WriteAllTextAsync(file, "in the way");
        var error = Assert.Throws<JournalException>(() => FileJournal.Open(Path.Combine(file, "state")));
        Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_whose_instances_are_a_file_is_refused_and_not_left_locked()
    {
        var inTheWay = _folder.Combine("instances");
        await File.WriteAllTextAsync(inTheWay, "in the way");
        var error = Assert.Throws<JournalException>(() => FileJournal.Open(_folder.Path));
        Assert.Contains($"'{inTheWay}' cannot be written", error.Message, StringComparison.Ordinal);
        File.Delete(inTheWay);
        await using var journal = FileJournal.Open(_folder.Path);
    }

    [Fact]
    public void Read_only_folder_is_refused_with_the_right_that_is_missing()
    {
        // The administrator may write anywhere but here: the kernel's own folder stands for a read-only one.
        var folder = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? "/proc/self" : ReadOnly(_folder.Combine("state"));
        var error = Assert.Throws<JournalException>(() => FileJournal.Open(folder));
        Assert.StartsWith($"The state folder '{folder}' cannot be written: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Choose another folder, or give this user the right to write there.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_from_another_machine_is_taken_over_since_nobody_holds_its_lock()
    {
        await using (var journal = FileJournal.Open(_folder.Path))
        {
            await journal.AppendAsync(new JournalId("a", 0), 0, "1"u8.ToArray());
        }

        await File.WriteAllTextAsync(_folder.Combine("owner.json"), """{"pid":1,"host":"elsewhere","since":"2030-01-01T00:00:00Z"}""");
        await using var moved = FileJournal.Open(_folder.Path);
        var records = 0;
        await foreach (var _ in moved.ReadAsync(new JournalId("a", 0)))
        {
            records++;
        }

        Assert.Equal(1, records);
        Assert.Equal(Environment.MachineName, JournalOwner.Read(await File.ReadAllBytesAsync(_folder.Combine("owner.json")))!.Host);
    }

    [Theory]
    [InlineData("""{"pid":7,"host":"elsewhere","since":"2030-01-01T00:00:00Z"}""", "process 7 on host 'elsewhere' since 2030-01-01 00:00:00Z")]
    [InlineData("{}", "another process")]
    [InlineData("garbage", "another process")]
    [InlineData("", "another process")]
    public async Task Folder_that_is_held_is_refused_whatever_its_note_says(string note, string owner)
    {
        await using var first = FileJournal.Open(_folder.Path);
        await File.WriteAllTextAsync(_folder.Combine("owner.json"), note, new UTF8Encoding(false));
        var error = Assert.Throws<JournalException>(() => FileJournal.Open(_folder.Path));
        Assert.Equal(
            $"The state folder '{_folder.Path}' is in use by {owner}. One process owns a state folder: stop that process, or choose another folder.", error.Message);
        Assert.Equal(note, await File.ReadAllTextAsync(_folder.Combine("owner.json")));
    }

    [Fact]
    public async Task Folder_has_an_owner_while_a_living_process_has_possession_of_it()
    {
        Assert.False(FileJournal.HasOwner(_folder.Path));
        await using (FileJournal.Open(_folder.Path))
        {
            Assert.True(FileJournal.HasOwner(_folder.Path));
        }

        Assert.False(FileJournal.HasOwner(_folder.Path));
    }

    [Theory]
    [InlineData("elsewhere", 1, "2030-01-01T00:00:00Z", null)]
    [InlineData("", int.MaxValue, "2030-01-01T00:00:00Z", false)]
    [InlineData("", 0, "2001-01-01T00:00:00Z", false)]
    [InlineData("", 0, "2100-01-01T00:00:00Z", true)]
    public async Task Note_tells_whether_its_process_is_there_still(string host, int process, string since, bool? lives)
    {
        var (name, pid) = (host.Length == 0 ? Environment.MachineName : host, process == 0 ? Environment.ProcessId : process);
        await File.WriteAllTextAsync(_folder.Combine("owner.json"), $$"""{"pid":{{pid}},"host":"{{name}}","since":"{{since}}"}""");

        Assert.Equal(lives, FileJournal.HasOwner(_folder.Path));
    }

    private static string ReadOnly(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "lock"), string.Empty);
            File.SetAttributes(Path.Combine(folder, "lock"), FileAttributes.ReadOnly);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return folder;
    }
}
