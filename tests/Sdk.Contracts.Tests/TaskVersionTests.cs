using Microsoft.DurableTask;

namespace Sdk.Contracts.Tests;

public sealed class TaskVersionTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Version_from_no_text_is_unversioned(string? text)
    {
        TaskVersion version = text;

        Assert.True(version == TaskVersion.Unversioned);
        Assert.Equal(TaskVersion.Unversioned.GetHashCode(), version.GetHashCode());
        Assert.Equal("", version.Version);
    }

    [Fact]
    public void Version_of_white_space_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new TaskVersion("  "));
    }

    [Fact]
    public void Versions_that_differ_in_case_only_are_equal()
    {
        Assert.Equal(new TaskVersion("V1"), new TaskVersion("v1"));
        Assert.True(new TaskVersion("v1") != new TaskVersion("v2"));
        Assert.Equal("v1", (string)new TaskVersion("v1"));
    }
}
