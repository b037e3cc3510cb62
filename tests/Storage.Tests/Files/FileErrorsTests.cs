using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.Storage.Tests.Files;

public sealed class FileErrorsTests
{
    [Theory]
    [InlineData(28, "the disk is full", "prune")]
    [InlineData(30, "read-only", "--state")]
    [InlineData(24, "too many files", "ulimit")]
    [InlineData(122, "quota", "--state")]
    [InlineData(unchecked((int)0x80070070), "the disk is full", "prune")]
    [InlineData(unchecked((int)0x80070013), "read-only", "--state")]
    [InlineData(5, "Input/output error", "Check the disk")]
    public void Translate_system_error_names_problem_remedy_and_path(int code, string problem, string remedy)
    {
        if (OperatingSystem.IsWindows() && code > 0 && code != 5)
        {
            return;
        }

        var error = FileErrors.Translate(new IOException("Input/output error", code), "/state/runs/run.json");

        Assert.Contains("'/state/runs/run.json'", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.InnerException);
        Assert.Equal(problem is "the disk is full" or "quota", error.IsFull);
    }

    /// <summary>Errors that pass are retried; errors of one file fail only what depends on that file.</summary>
    [Theory]
    [InlineData(23, false)] // ENFILE
    [InlineData(24, false)] // EMFILE
    [InlineData(110, false)] // ETIMEDOUT
    [InlineData(116, false)] // ESTALE
    [InlineData(6, true)] // ENXIO
    [InlineData(5, true)] // EIO
    public void Failed_read_concerns_one_value_only_if_the_disk_works(int code, bool isOfOneValue)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.Combine("run.json"), "{}");

        var there = FileErrors.TranslateRead(new IOException("It failed", code), folder.Combine("run.json"));
        var gone = FileErrors.TranslateRead(new IOException("It failed", code), folder.Combine(Path.Combine("gone", "run.json")));

        Assert.Equal((isOfOneValue, false), (there.IsOfOneValue, gone.IsOfOneValue));
    }

    [Fact]
    public void Translate_denied_access_names_the_account_and_the_folder()
    {
        var error = FileErrors.Translate(new UnauthorizedAccessException(), "/state/runs/run.json");

        Assert.Contains(Environment.UserName, error.Message, StringComparison.Ordinal);
        Assert.Contains("'/state/runs'", error.Message, StringComparison.Ordinal);
    }
}
