using Microsoft.DurableTask.Abstractions;

namespace Sdk.Contracts.Tests;

public sealed class TaskOrchestrationVersioningUtilsTests
{
    [Theory]
    [InlineData("1.10", "1.9", 1)]
    [InlineData("1.0.0", "1.0.0", 0)]
    [InlineData("1.0", "", 1)]
    [InlineData("beta", "ALPHA", 1)]
    [InlineData("alpha", "ALPHA", 0)]
    public void Versions_compare_as_versions_and_else_as_text(string source, string other, int sign)
    {
        Assert.Equal(sign, Math.Sign(TaskOrchestrationVersioningUtils.CompareVersions(source, other)));
        Assert.Equal(-sign, Math.Sign(TaskOrchestrationVersioningUtils.CompareVersions(other, source)));
    }
}
