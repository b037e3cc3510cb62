using Orchestrator.Workflows.Mocks;

namespace Orchestrator.Workflows.Tests.Mocks;

public sealed class SimulatedModelOptionsTests
{
    [Fact]
    public void Parse_name_alone_gives_the_defaults()
    {
        Assert.Equal(new SimulatedModelOptions(), SimulatedModelOptions.Parse("simulated"));
        Assert.Equal(
            new SimulatedModelOptions { Latency = TimeSpan.FromMilliseconds(300), TokensPerSecond = 80, Tokens = 140 }, new SimulatedModelOptions());
    }

    [Fact]
    public void Parse_options_in_any_order_sets_them() => Assert.Equal(
        new SimulatedModelOptions { Latency = TimeSpan.FromMilliseconds(5), TokensPerSecond = 12.5, Tokens = 7 },
        SimulatedModelOptions.Parse("simulated:tokens=7, latency=5,tokensPerSecond=12.5"));

    [Theory]
    [InlineData("simulated:", "", "name=value")]
    [InlineData("simulated:fast", "fast", "name=value")]
    [InlineData("simulated:latency=-1", "latency=-1", "from 0 to 600000")]
    [InlineData("simulated:latency=1,latency=2", "latency=2", "given twice")]
    [InlineData("simulated:tokensPerSecond=0", "tokensPerSecond=0", "from 0.01")]
    [InlineData("simulated:tokens=1.5", "tokens=1.5", "whole number from 1")]
    [InlineData("simulated:tokens=many", "tokens=many", "whole number")]
    [InlineData("simulated:latncy=1", "latncy=1", "Did you mean 'latency'?")]
    public void Parse_bad_option_names_the_part_and_the_reason(string model, string part, string reason)
    {
        var error = Assert.Throws<ModelOptionException>(() => SimulatedModelOptions.Parse(model));

        Assert.Equal(part, error.Part);
        Assert.Contains($"'{part}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("simulated", true)]
    [InlineData("simulated:tokens=1", true)]
    [InlineData("simulated-2", false)]
    [InlineData("gpt-4o", false)]
    public void IsSimulated_by_the_name(string model, bool expected) => Assert.Equal(expected, SimulatedModelOptions.IsSimulated(model));
}
