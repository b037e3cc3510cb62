using System.Text;
using Orchestrator.Testing;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Formats;
using Orchestrator.Workflows.Tests.Formats.Native;

namespace Orchestrator.Workflows.Tests.Trust;

/// <summary>Definitions whose checks took quadratic time. <see cref="LinearReadingTests"/> has the rest of the kind.</summary>
[Trait("Trust", "17")]
public sealed class SlowDefinitionTests
{
    /// <summary>It takes about half a second; what was quadratic took 17 to 32 seconds, on a machine with nothing else to do.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(8);

    [Theory]
    [InlineData("20 writes each, in a chain")]
    [InlineData("unknown dependencies of long names")]
    public void Large_definition_is_checked_soon(string name)
    {
        var text = Encoding.UTF8.GetBytes(LargeDefinitions.All[name](DefinitionLimits.MaxSteps));

        var taken = CpuTime.Of(() => WorkflowReader.Read(text));

        Assert.True(taken < Most, $"It took {taken}.");
    }
}
