using System.Text.Json;
using Microsoft.DurableTask.Converters;

namespace Sdk.Contracts.Tests;

public sealed class JsonDataConverterTests
{
    [Fact]
    public void Null_stays_null_in_both_directions()
    {
        Assert.Null(JsonDataConverter.Default.Serialize(null));
        Assert.Null(JsonDataConverter.Default.Deserialize(null, typeof(string)));
        Assert.Null(JsonDataConverter.Default.Deserialize<string>(null));
        Assert.Null(JsonDataConverter.Default.Deserialize<int?>(null));
    }

    [Fact]
    public void Default_converter_keeps_names_and_includes_fields()
    {
        string? json = JsonDataConverter.Default.Serialize(new Sample { Field = 1, Property = "p" });

        Assert.Equal("""{"Property":"p","Field":1}""", json);
        Assert.Equal(1, JsonDataConverter.Default.Deserialize<Sample>(json)!.Field);
    }

    [Fact]
    public void Converter_with_options_obeys_them()
    {
        JsonDataConverter converter = new(JsonSerializerOptions.Web);

        Assert.Equal("""{"property":"p"}""", converter.Serialize(new Sample { Property = "p" }));
    }

    private sealed class Sample
    {
        public int Field;

        public string? Property { get; init; }
    }
}
