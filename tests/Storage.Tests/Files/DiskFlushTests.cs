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

        DiskFlush.Flush(file);
    }

    /// <summary>EBADF stands for every error of fsync: a descriptor that no file has makes it without a broken disk.</summary>
    [Fact]
    public void Flush_that_the_system_refuses_fails_with_its_error()
    {
        using var file = new SafeFileHandle(new IntPtr(1_000_000), ownsHandle: false);

        var refused = Assert.ThrowsAny<Exception>(() => DiskFlush.Flush(file));

        Assert.True(RuntimeInformation.IsOSPlatform(OSPlatform.Linux) ? refused is IOException { HResult: 9 } : FileErrors.IsOfTheDisk(refused), refused.ToString());
    }
}
