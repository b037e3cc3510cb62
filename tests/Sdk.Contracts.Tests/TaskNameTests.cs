using Microsoft.DurableTask;

namespace Sdk.Contracts.Tests;

public sealed class TaskNameTests
{
    [Fact]
    public void Names_that_differ_in_case_only_are_equal()
    {
        TaskName lower = "runstep";
        TaskName mixed = new("RunStep");

        Assert.True(lower == mixed);
        Assert.False(lower != mixed);
        Assert.True(lower.Equals((object)mixed));
        Assert.Equal(lower.GetHashCode(), mixed.GetHashCode());
        Assert.NotEqual(lower, new TaskName("other"));
    }

    [Fact]
    public void Name_converts_to_its_text_and_back()
    {
        TaskName name = "RunStep";
        string text = name;

        Assert.Equal("RunStep", text);
        Assert.Equal("RunStep", name.ToString());
        Assert.Equal("RunStep", name.Name);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Name_from_no_text_is_the_default(string? text)
    {
        TaskName name = text!;

        Assert.Equal(default, name);
        Assert.Null(name.Name);
    }
}
