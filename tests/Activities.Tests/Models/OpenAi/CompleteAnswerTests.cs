using Microsoft.AspNetCore.Http;

namespace Orchestrator.Activities.Tests.Models.OpenAi;

/// <summary>A complete answer is never lost, whatever the server sends about its usage or does with the connection afterwards.</summary>
public abstract class CompleteAnswerTests(OpenAiClientKind kind) : OpenAiSuite(kind)
{
    private const string Text = "An answer of forty characters, as it is.";
    private const string End = "data: [DONE]\n\n";

    // The prompt has 10 characters (3 tokens by estimate), the answer 40 (10 tokens).
    public static TheoryData<string, long, long, bool> Usages => new()
    {
        { """{"prompt_tokens":null,"completion_tokens":null,"total_tokens":null}""", 3, 10, true },
        { """{"prompt_tokens":null,"completion_tokens":9}""", 3, 9, true },
        { """{"prompt_tokens":"12","completion_tokens":"9"}""", 12, 9, false },
        { """{"prompt_tokens":"many","completion_tokens":9.0}""", 3, 9, true },
        { """{"prompt_tokens":1e18,"completion_tokens":99999999999999999999}""", 3, 10, true },
        { """{"prompt_tokens":1e999,"completion_tokens":4294967296}""", 3, 10, true },
        { """{"prompt_tokens":-5,"completion_tokens":-7}""", 3, 10, true },
        { """{"prompt_tokens":{},"completion_tokens":[1]}""", 3, 10, true },
        { """{"prompt_tokens":12,"completion_tokens":9,"prompt_tokens_details":7,"completion_tokens_details":"none"}""", 12, 9, false },
        { """{"prompt_tokens":12,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":null,"cache_write_tokens":"x"}}""", 12, 9, false },
        { "{}", 3, 10, true },
        { "\"none\"", 3, 10, true },
        { "[]", 3, 10, true },
        { "false", 3, 10, true },
    };

    [Theory]
    [Trait("Trust", "21")]
    [MemberData(nameof(Usages))]
    public async Task Usage_of_any_shape_does_not_lose_the_answer(string usage, long input, long output, bool estimated)
    {
        await using var server = await StreamingAsync(Part(Text, "null") + Part("", "\"stop\"") + Usage(usage) + End);

        await AnsweredAsync(server, input, output, estimated);
    }

    [Theory]
    [Trait("Trust", "21")]
    [MemberData(nameof(Usages))]
    public async Task Usage_of_any_shape_in_the_last_part_of_the_text_does_not_lose_the_answer(string usage, long input, long output, bool estimated)
    {
        await using var server = await StreamingAsync(Part(Text, "\"stop\"", usage) + End);

        await AnsweredAsync(server, input, output, estimated);
    }

    [Theory]
    [Trait("Trust", "21")]
    [MemberData(nameof(Usages))]
    public async Task Usage_of_any_shape_does_not_lose_the_answer_of_a_server_that_does_not_stream(
        string usage, long input, long output, bool estimated)
    {
        await using var server = await StartAsync(http =>
        {
            http.Response.ContentType = "application/json; charset=utf-8";
            return http.Response.WriteAsync(
                $$"""{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"{{Text}}"},"finish_reason":"stop"}],""" +
                $$""" "usage":{{usage}}}""");
        });

        await AnsweredAsync(server, input, output, estimated);
    }

    [Theory]
    [Trait("Trust", "21")]
    [InlineData("\"created\":null,\"system_fingerprint\":7,\"service_tier\":{},\"error\":null,")]
    [InlineData("\"created\":1.5,\"model\":3,\"object\":[],")]
    public async Task Members_that_are_not_used_do_not_lose_the_answer(string members)
    {
        await using var server = await StreamingAsync(
            Part(Text, "\"stop\"")
                .Replace("data: {", "data: {" + members, StringComparison.Ordinal) + Usage("""{"prompt_tokens":12,"completion_tokens":9}""") + End);

        await AnsweredAsync(server, 12, 9, estimated: false);
    }

    [Fact]
    [Trait("Trust", "21")]
    public async Task Unknown_finish_reason_does_not_lose_the_answer()
    {
        await using var server = await StreamingAsync(Part(Text, "\"bored\"", """{"prompt_tokens":12,"completion_tokens":9}""") + End);

        await AnsweredAsync(server, 12, 9, estimated: false);
    }

    [Fact]
    [Trait("Trust", "9")]
    public async Task Connection_that_stays_open_after_finish_and_usage_does_not_lose_the_answer()
    {
        await using var server =
            await HangingAfterAsync(Part(Text, "null") + Part("", "\"stop\"") + Usage("""{"prompt_tokens":12,"completion_tokens":9}"""));

        await AnsweredAsync(server, 12, 9, estimated: false);
    }

    [Fact]
    [Trait("Trust", "9")]
    public async Task Answer_is_complete_when_a_timeout_or_a_cancellation_comes_after_its_finish()
    {
        await using var server = await HangingAfterAsync(Part(Text, "\"stop\""));
        using var cancel = new CancellationTokenSource();
        var call = server.Call();

        // The text comes with the finish, so now both have been sent.
        var result = await call.RunAsync(async _ => await cancel.CancelAsync(), cancel.Token).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal((Text, 3L, 10L, true), (result.Text, result.Usage.InputTokens, result.Usage.OutputTokens, result.Usage.Estimated));
    }

    [Fact]
    [Trait("Trust", "9")]
    public async Task Connection_that_is_cut_after_the_finish_does_not_lose_the_answer()
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(async http =>
        {
            await OpenAiDouble.SendAsync(http, Part(Text, "\"stop\""));
            await heard.Task;
            http.Abort();
        });

        await AnsweredAsync(server, 3, 10, estimated: true, heard);
    }

    [Theory]
    [Trait("Trust", "9")]
    [InlineData("data: {\"error\":{\"message\":\"Overloaded.\",\"code\":503}}\n\n")]
    [InlineData("data: {\"id\":\n\n")]
    [InlineData("data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":NaN}}\n\n")]
    public async Task Invalid_data_after_the_finish_does_not_lose_the_answer(string events)
    {
        await using var server = await StreamingAsync(Part(Text, "null") + Part("", "\"stop\"") + events);

        await AnsweredAsync(server, 3, 10, estimated: true);
    }

    private static string Part(string text, string finish, string usage = "null") =>
        $$"""data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"{{text}}"},""" +
        $$""" "finish_reason":{{finish}}}],"usage":{{usage}}}""" + "\n\n";

    private static string Usage(string usage) => $$"""data: {"id":"c","object":"chat.completion.chunk","choices":[],"usage":{{usage}}}""" + "\n\n";

    private Task<OpenAiDouble> HangingAfterAsync(string events) => StartAsync(async http =>
    {
        await OpenAiDouble.SendAsync(http, events);
        await OpenAiDouble.HangAsync(http, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    });

    /// <summary>The time limit of a minute applies only if the call hangs.</summary>
    private static async Task AnsweredAsync(OpenAiDouble server, long input, long output, bool estimated, TaskCompletionSource? heard = null)
    {
        var result = await server.Call().RunAsync(
            _ => heard?.SetResult(), CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal((Text, input, output, estimated), (result.Text, result.Usage.InputTokens, result.Usage.OutputTokens, result.Usage.Estimated));
        Assert.Single(server.Requests);
    }
}
