using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Workflows.Transforms;

namespace Orchestrator.Workflows.Tests.Transforms;

public sealed class MergedValueTests
{
    [Theory]
    [InlineData(MergeMode.Object, """{"a":"x","b":[1],"c":null}""")]
    [InlineData(MergeMode.Array, """["x",[1],null]""")]
    [InlineData(MergeMode.Concat, "\"x\\n\\n[1]\"")]
    [InlineData(MergeMode.Append, """["x",1,null]""")]
    [InlineData(MergeMode.Last, "null")]
    public void Value_of_mixed_values(MergeMode mode, string expected) =>
        Equal(expected, MergedValue.Of(mode, Values(("a", "\"x\""), ("b", "[1]"), ("c", "null"))));

    [Theory]
    [InlineData(MergeMode.Object, "{}")]
    [InlineData(MergeMode.Array, "[]")]
    [InlineData(MergeMode.Concat, "\"\"")]
    [InlineData(MergeMode.Append, "[]")]
    [InlineData(MergeMode.Last, "null")]
    public void Value_of_no_values(MergeMode mode, string expected) => Equal(expected, MergedValue.Of(mode, []));

    [Fact]
    public void Concat_of_lists_alone_is_a_list() =>
        Equal("[1,[2],3]", MergedValue.Of(MergeMode.Concat, Values(("a", "[1,[2]]"), ("b", "null"), ("c", "[3]"), ("d", "[]"))));

    [Fact]
    public void Concat_leaves_text_as_it_is() =>
        Equal("\"ä\\\"<b>|{\\\"ü\\\":\\\"<\\\"}\"", MergedValue.Of(MergeMode.Concat, Values(("a", "\"ä\\\"<b>\""), ("b", "{\"ü\": \"<\"}")), "|"));

    [Fact]
    public void Object_of_two_values_of_one_name_has_the_later() =>
        Equal("""{"a":2}""", MergedValue.Of(MergeMode.Object, Values(("a", "1"), ("a", "2"))));

    [Fact]
    public void Last_is_the_last_in_order() => Equal("[2]", MergedValue.Of(MergeMode.Last, Values(("b", "1"), ("a", "[2]"))));

    [Fact]
    public void Value_of_an_object_is_a_copy_and_leaves_the_object_as_it_is() => Prop.ForAll(
        ArbMap.Default.ArbFor<Dictionary<Guid, int[]>>(),
        values =>
        {
            var given = new JsonObject(values.Select(value =>
                KeyValuePair.Create(value.Key.ToString(), (JsonNode?)new JsonArray([.. value.Value.Select(number => JsonValue.Create(number))]))));
            var copy = given.DeepClone();
            var merged = MergedValue.Of(MergeMode.Object, given);
            return JsonNode.DeepEquals(copy, merged) && JsonNode.DeepEquals(copy, given) && !ReferenceEquals(given, merged);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Append_of_lists_is_their_concatenation() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyArray<int[]>>(),
        lists =>
        {
            var values = lists.Get.Select((list, index) =>
                KeyValuePair.Create($"v{index}", (JsonNode?)new JsonArray([.. list.Select(number => JsonValue.Create(number))]))).ToList();
            return JsonNode.DeepEquals(MergedValue.Of(MergeMode.Append, values), MergedValue.Of(MergeMode.Concat, values))
                && MergedValue.Of(MergeMode.Append, values)!.AsArray().Select(item => (int)item!).SequenceEqual(lists.Get.SelectMany(list => list));
        }).QuickCheckThrowOnFailure();

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Values(params (string Name, string Json)[] values) =>
        values.Select(value => KeyValuePair.Create(value.Name, JsonNode.Parse(value.Json)));

    private static void Equal(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"{expected} was expected; it is {actual?.ToJsonString()}.");
}
