using System.Text.Json;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Tests.Serialization;

public sealed class EnumNamesTests
{
    [Fact]
    public void Names_are_those_of_the_serialized_values()
    {
        AssertNames<RunStatus>();
        AssertNames<StepStatus>();
        AssertNames<ErrorKind>();
        AssertNames<StepType>();
    }

    [Theory]
    [InlineData("TimedOut")]
    [InlineData("timedout")]
    [InlineData("0")]
    [InlineData("")]
    public void Other_texts_are_not_names(string text) => Assert.False(EnumNames.TryParse<RunStatus>(text, out _));

    [Fact]
    public void Number_that_is_no_member_has_no_name() => Assert.Throws<ArgumentOutOfRangeException>(() => EnumNames.Of((RunStatus)99));

    [Fact]
    public void Enum_with_gaps_is_refused() =>
        Assert.IsType<NotSupportedException>(Assert.Throws<TypeInitializationException>(() => EnumNames.Of(Gapped.One)).InnerException);

    private static void AssertNames<T>()
        where T : struct, Enum
    {
        Assert.Equal(Enum.GetValues<T>().Select(value => JsonSerializer.SerializeToElement(value).GetString()), EnumNames.All<T>());
        Assert.Equal(EnumNames.All<T>(), Enum.GetValues<T>().Select(EnumNames.Of));
        Assert.All(Enum.GetValues<T>(), value => Assert.True(EnumNames.TryParse<T>(EnumNames.Of(value), out var parsed) && parsed.Equals(value)));
    }

    private enum Gapped
    {
        One = 1,
        Three = 3,
    }
}
