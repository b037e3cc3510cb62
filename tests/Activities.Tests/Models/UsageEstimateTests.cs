using Orchestrator.Activities.Models;
using static Orchestrator.Activities.Tests.Models.ScriptedChatClient;

namespace Orchestrator.Activities.Tests.Models;

/// <summary>Token counts of providers that report some, none, or zeros.</summary>
[Trait("Trust", "21")]
public sealed class UsageEstimateTests
{
    // The prompt has 8 characters (2 tokens), the answer 40 (10 tokens).
    [Theory]
    [InlineData(null, null, null, 2, 10, 0, true)]
    [InlineData(0L, 0L, null, 2, 10, 0, true)]
    [InlineData(7L, null, null, 7, 10, 0, true)]
    [InlineData(7L, 0L, null, 7, 10, 0, true)]
    [InlineData(null, 9L, null, 2, 9, 0, true)]
    [InlineData(-1L, 9L, -3L, 2, 9, 0, true)]
    [InlineData(7L, 9L, 5L, 7, 9, 5, false)]
    [InlineData(7L, 9L, 50L, 7, 9, 7, false)]
    [InlineData(null, null, 50L, 2, 10, 2, true)]
    public async Task What_is_missing_or_zero_is_estimated_and_the_rest_is_kept(
        long? reportedInput, long? reportedOutput, long? reportedCached, long input, long output, long cached, bool estimated)
    {
        var usage = (await AskAsync(Text(new string('x', 40)), Usage(reportedInput, reportedOutput, reportedCached))).Usage;

        Assert.Equal((input, output, cached, estimated), (usage.InputTokens, usage.OutputTokens, usage.CachedTokens, usage.Estimated));
    }

    [Fact]
    public async Task Answer_without_text_used_no_output()
    {
        var usage = (await AskAsync(Text(""), Usage(7, 0))).Usage;

        Assert.Equal((7L, 0L, false), (usage.InputTokens, usage.OutputTokens, usage.Estimated));
    }

    [Fact]
    public async Task Of_numbers_in_several_parts_of_the_stream_the_greater_of_each_counts()
    {
        var usage = (await AskAsync(Usage(7, 1), Text("x"), Usage(7, 2, 3), Text("y"), Usage(null, 9), Usage(0, 0, 0))).Usage;

        Assert.Equal((7L, 9L, 3L, false), (usage.InputTokens, usage.OutputTokens, usage.CachedTokens, usage.Estimated));
    }

    private static Task<PromptResult> AskAsync(params Microsoft.Extensions.AI.ChatResponseUpdate[] updates) =>
        new PromptCall(Of(updates), new PromptRequest { Prompt = "question", Model = "m" }).RunAsync(null, CancellationToken.None);
}
