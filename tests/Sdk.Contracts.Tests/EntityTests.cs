using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace Sdk.Contracts.Tests;

public sealed class EntityTests
{
    [Fact]
    public void Id_has_a_lower_case_name_and_any_key()
    {
        EntityInstanceId id = new("Counter", "A@b");

        Assert.Equal("@counter@A@b", id.ToString());
        Assert.Equal(id, EntityInstanceId.FromString("@COUNTER@A@b"));
    }

    [Theory]
    [InlineData("counter@a")]
    [InlineData("@counter")]
    [InlineData("@@a")]
    public void Id_from_other_text_is_refused(string text)
    {
        Assert.Throws<ArgumentException>(() => EntityInstanceId.FromString(text));
    }

    [Theory]
    [InlineData("Coun", "@coun")]
    [InlineData("@Counter@Key", "@counter@Key")]
    [InlineData("", "@")]
    [InlineData(null, null)]
    public void Query_prefix_is_brought_into_the_form_of_an_id(string? prefix, string? expected)
    {
        Assert.Equal(expected, new EntityQuery { InstanceIdStartsWith = prefix }.InstanceIdStartsWith);
    }

    [Fact]
    public void State_that_was_not_fetched_cannot_be_read()
    {
        EntityMetadata<string> metadata = new(new EntityInstanceId("counter", "a"));

        Assert.False(metadata.IncludesState);
        Assert.Throws<InvalidOperationException>(() => metadata.State);
        Assert.Throws<ArgumentException>(() => new EntityMetadata<string>(default));
    }
}
