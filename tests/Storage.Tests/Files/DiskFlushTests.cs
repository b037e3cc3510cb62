using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.Storage.Tests.Files;

public sealed class DiskFlushTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void File_is_flushed()
    {
        using var file = File.OpenHandle(_folder.Combine("a"), FileMode.CreateNew, FileAccess.Write);
        RandomAccess.Write(file, "a"u8, 0);

        Assert.Null(Record.Exception(() => DiskFlush.Flush(file)));
    }

    /// <summary>EBADF stands for every error of fsync: a descriptor that no file has makes it without a broken disk.</summary>
    [Fact]
    public void Flush_that_the_system_refuses_fails_with_its_error()
    {
        using var file = new SafeFileHandle(new IntPtr(1_000_000), ownsHandle: false);

        var refused = Assert.ThrowsAny<Exception>(() => DiskFlush.Flush(file));

        Assert.True(
            RuntimeInformation.IsOSPlatform(OSPlatform.Linux) ? refused is IOException { HResult: 9 } : FileErrors.IsOfTheDisk(refused),
            refused.ToString());
    }

    [Fact]
    public void Folder_is_flushed_and_a_deleted_one_is_no_error()
    {
        Assert.Null(Record.Exception(() => DiskFlush.FlushFolder(_folder.Path)));
        Assert.Null(Record.Exception(() => DiskFlush.FlushFolder(_folder.Combine("deleted"))));
    }

    /// <summary>
    /// Many file systems cannot flush folders, and say so in different ways; a file system that cannot flush a file has no durable files.
    /// </summary>
    [Theory]
    [InlineData(0, true, true)]
    [InlineData(5, false, false)] // EIO
    [InlineData(28, false, false)] // ENOSPC
    [InlineData(122, false, false)] // EDQUOT
    [InlineData(22, true, true)] // EINVAL
    [InlineData(95, true, true)] // ENOTSUP
    [InlineData(9, false, true)] // EBADF
    [InlineData(38, false, true)] // ENOSYS
    public void Error_of_a_flush_counts_by_what_was_flushed(int error, bool isFineForFiles, bool isFineForFolders)
    {
        Assert.Equal(isFineForFiles, Record.Exception(() => DiskFlush.Check(error, isFolder: false)) is null);
        Assert.Equal(isFineForFolders, Record.Exception(() => DiskFlush.Check(error, isFolder: true)) is null);
    }
}
