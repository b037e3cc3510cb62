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
        Assert.Contains($"'{inTheWay}' cannot be written: '{inTheWay}' is a file.", error.Message, StringComparison.Ordinal);
        File.Delete(inTheWay);
        await using var journal = FileJournal.Open(_folder.Path);
    }

    [Fact]
    public void Read_only_folder_is_refused_with_the_missing_permission()
    {
        // The administrator may write anywhere but here: the kernel's own folder stands for a read-only one.
        var folder = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? "/proc/self" : ReadOnly(_folder.Combine("state"));
        var error = Assert.Throws<JournalException>(() => FileJournal.Open(folder));
        Assert.StartsWith($"The state folder '{Path.Combine(folder, "instances")}' cannot be written: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Choose another folder, or give this user the right to write there.", error.Message, StringComparison.Ordinal);
    }

    private static string ReadOnly(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "instances"), string.Empty);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return folder;
    }
}
