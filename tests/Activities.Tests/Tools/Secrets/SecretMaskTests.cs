using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Activities.Tools.Secrets;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Tools.Secrets;

public sealed class SecretMaskTests
{
    private static readonly SecretMask Mask = new(["s3cret", "a+b/ü\"c", "secretary", "tarykey", "12345", "abc"]);

    [Theory]
    [InlineData("nothing here", "nothing here")]
    [InlineData("", "")]
    [InlineData("s3cret", "***")]
    [InlineData("Bearer s3cret; s3crets3cret!", "Bearer ***; ******!")]
    [InlineData("?key=a%2Bb%2F%C3%BC%22c&x", "?key=***&x")]
    [InlineData("{\"k\":\"a+b/ü\\\"c\"}", "{\"k\":\"***\"}")]
    [InlineData("{\"k\":\"a\\u002Bb/\\u00FC\\u0022c\"}", "{\"k\":\"***\"}")]
    [InlineData("my secretarykey!", "my ***!")]
    [InlineData("abc stays", "abc stays")]
    [InlineData("S3CRET", "S3CRET")]
    public void Secrets_in_a_text_are_masked(string text, string expected) => Assert.Equal(expected, Mask.Apply(text));

    [Fact]
    public void Secrets_in_a_value_are_masked_at_any_depth()
    {
        var value = JsonNode.Parse("""{ "s3cret": ["a s3cret", { "n": 1234567, "m": 1234 }, null, true] }""");

        var masked = Mask.Apply(value);

        Assert.Equal("""{"***":["a ***",{"n":"***","m":1234},null,true]}""", masked!.ToJsonString());
        Assert.NotNull(value!["s3cret"]);
    }

    [Fact]
    public void Null_stays_null() => Assert.Null(Mask.Apply((JsonNode?)null));

    [Fact]
    public void Secrets_in_a_failure_are_masked_and_the_rest_stays()
    {
        var error =
            new WorkflowError(ErrorKind.ToolFailed, "s3cret was refused") { RetryAfterMs = 5, Details = new JsonObject { ["body"] = "s3cret" } };

        var masked = Mask.Apply(error);

        Assert.Equal(("*** was refused", 5, "***"), (masked.Message, masked.RetryAfterMs, (string?)masked.Details!["body"]));
        Assert.Null(Mask.Apply(error with { Details = null }).Details);
    }

    [Fact]
    public void No_secret_is_left_in_any_text() => Prop.ForAll(
        Gen.Elements("a", "b", "ab", "ba", "c").ListOf().Select(string.Concat).ListOf().ToArbitrary(),
        Gen.Elements("a", "b", "c", "ab", "ba", "abab").ListOf().Select(string.Concat).ToArbitrary(),
        (secrets, text) =>
        {
            var masked = new SecretMask(secrets).Apply(text);
            return secrets.Where(secret => secret.Length >= 4).All(secret => !masked.Contains(secret, StringComparison.Ordinal))
                && (secrets.Any(secret => secret.Length >= 4 && text.Contains(secret, StringComparison.Ordinal)) || masked == text);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
